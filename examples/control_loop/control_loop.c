/* A control loop with a model in it, in C99: every 10 ms read the sensors, run, drive the outputs.
 *
 *   control_loop [-p PERIOD_US] [-n CYCLES] [-r PRIORITY] [-l] [-m] MODEL.aie
 *
 * -r asks for the real-time class SCHED_FIFO, -l keeps all memory in RAM, -m loads from memory instead of a
 * file. After setup the loop allocates nothing, opens nothing, prints nothing; Ctrl-C ends it. */
#define _DEFAULT_SOURCE

#include <aiedge/aiedge.h>

#include <errno.h>
#include <inttypes.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define MAX_PORTS 16
#define BUCKETS 24 /* of powers of two microseconds: the last one is everything from 4 s on */

typedef struct settings {
  const char* path;
  int64_t period_ns;
  int64_t cycles;
  int priority; /* 0: as other programs */
  int lock;
  int from_memory;
} settings;

typedef struct buffers { /* made once, before the loop */
  void* inputs[MAX_PORTS];
  void* outputs[MAX_PORTS];
  size_t input_bytes[MAX_PORTS];
  size_t input_count;
  size_t output_count;
} buffers;

typedef struct record {
  int64_t cycles;
  int64_t misses;  /* done only after the next cycle was due */
  int64_t skipped; /* cycles that were left out after a miss */
  int64_t sum_ns;
  int64_t min_ns;
  int64_t max_ns;
  int64_t buckets[BUCKETS];
} record;

static volatile sig_atomic_t stopped = 0;

static void on_signal(int number) {
  (void)number;
  stopped = 1;
}

static int64_t now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Until an instant, not for a while: what a cycle takes does not add up. */
static void sleep_until(int64_t instant_ns) {
  struct timespec until;
  until.tv_sec = (time_t)(instant_ns / 1000000000);
  until.tv_nsec = (long)(instant_ns % 1000000000);
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR && !stopped) continue;
}

/* Yours: from the fieldbus into the input. Here a pattern that changes with each cycle. */
static void read_sensors(const buffers* memory, int64_t cycle) {
  size_t i;
  for (i = 0; i < memory->input_count; ++i)
    memset(memory->inputs[i], (int)(cycle & 0x7F), memory->input_bytes[i]);
}

/* Yours: from the output to the actuators. */
static void drive_outputs(const buffers* memory) { (void)memory; }

static void note(record* all, int64_t latency_ns) {
  int64_t us = latency_ns / 1000;
  int bucket = 0;
  while (us > 0 && bucket < BUCKETS - 1) {
    us >>= 1;
    ++bucket;
  }
  ++all->buckets[bucket];
  ++all->cycles;
  all->sum_ns += latency_ns;
  if (latency_ns < all->min_ns) all->min_ns = latency_ns;
  if (latency_ns > all->max_ns) all->max_ns = latency_ns;
}

static int loop(aiedge_model* model, const buffers* memory, const settings* wanted, record* all) {
  int64_t due = now_ns() + wanted->period_ns;
  int64_t done;
  while (!stopped && all->cycles < wanted->cycles) {
    sleep_until(due);
    if (stopped) break;
    read_sensors(memory, all->cycles);
    if (aiedge_run(model, (const void* const*)memory->inputs, memory->input_count, memory->outputs,
                   memory->output_count) != AIEDGE_OK)
      return 0;
    drive_outputs(memory);
    done = now_ns();
    note(all, done - due);
    due += wanted->period_ns;
    if (done <= due) continue;
    ++all->misses;
    while (due < done) { /* late cycles are left out, not hurried through */
      due += wanted->period_ns;
      ++all->skipped;
    }
  }
  return 1;
}

static void print(const record* all) {
  const int64_t cycles = all->cycles > 0 ? all->cycles : 1;
  int i;
  printf("%" PRId64 " cycles, %" PRId64 " deadlines missed, %" PRId64 " cycles left out\n", all->cycles,
         all->misses, all->skipped);
  if (all->cycles == 0) return;
  printf("from due to done: least %.1f us, mean %.1f us, most %.1f us\n", (double)all->min_ns / 1e3,
         (double)all->sum_ns / 1e3 / (double)cycles, (double)all->max_ns / 1e3);
  for (i = 0; i < BUCKETS; ++i) {
    if (all->buckets[i] > 0)
      printf("%10ld us and more: %" PRId64 "\n", i == 0 ? 0L : 1L << (i - 1), all->buckets[i]);
  }
}

static int make_buffers(const aiedge_model* model, buffers* memory) {
  aiedge_tensor_info info;
  size_t i;
  memory->input_count = aiedge_input_count(model);
  memory->output_count = aiedge_output_count(model);
  if (memory->input_count > MAX_PORTS || memory->output_count > MAX_PORTS) return 0;
  for (i = 0; i < memory->input_count; ++i) {
    if (aiedge_input_info(model, i, &info) != AIEDGE_OK) return 0;
    memory->input_bytes[i] = info.bytes;
    memory->inputs[i] = calloc(info.bytes, 1);
    if (memory->inputs[i] == NULL) return 0;
  }
  for (i = 0; i < memory->output_count; ++i) {
    if (aiedge_output_info(model, i, &info) != AIEDGE_OK) return 0;
    memory->outputs[i] = calloc(info.bytes, 1);
    if (memory->outputs[i] == NULL) return 0;
  }
  return 1;
}

static void free_buffers(buffers* memory) {
  size_t i;
  for (i = 0; i < MAX_PORTS; ++i) {
    free(memory->inputs[i]);
    free(memory->outputs[i]);
  }
}

/* A whole file; NULL when it cannot be read. On a controller this may be flash, or an array in the program.
 */
static void* read_whole(const char* path, size_t* bytes) {
  FILE* file = fopen(path, "rb");
  void* data = NULL;
  long size;
  if (file == NULL) return NULL;
  if (fseek(file, 0, SEEK_END) == 0 && (size = ftell(file)) > 0 && fseek(file, 0, SEEK_SET) == 0) {
    *bytes = (size_t)size;
    data = malloc(*bytes);
    if (data != NULL && fread(data, 1, *bytes, file) != *bytes) {
      free(data);
      data = NULL;
    }
  }
  fclose(file);
  return data;
}

static aiedge_status load(const settings* wanted, aiedge_model** model, aiedge_error* error) {
  aiedge_status status;
  size_t bytes = 0;
  void* data;
  if (!wanted->from_memory) return aiedge_load_file(wanted->path, NULL, model, error);
  data = read_whole(wanted->path, &bytes);
  if (data == NULL) {
    snprintf(error->message, sizeof error->message, "the file cannot be read");
    return AIEDGE_IO;
  }
  status = aiedge_load_memory(data, bytes, NULL, model, error);
  free(data); /* the model has what it needs */
  return status;
}

/* What the system does not allow is said, and the loop runs without it. */
static void ask_for_real_time(const settings* wanted) {
  struct sched_param parameters;
  memset(&parameters, 0, sizeof parameters);
  parameters.sched_priority = wanted->priority;
  if (wanted->lock && mlockall(MCL_CURRENT | MCL_FUTURE) != 0)
    fprintf(stderr, "memory is not locked: %s\n", strerror(errno));
  if (wanted->priority > 0 && sched_setscheduler(0, SCHED_FIFO, &parameters) != 0)
    fprintf(stderr, "no real-time priority: %s\n", strerror(errno));
}

static int64_t number(const char* text, int64_t least, int64_t most) {
  char* end = NULL;
  const long long value = strtoll(text, &end, 10);
  return end == text || *end != '\0' || value < least || value > most ? -1 : value;
}

static int read_arguments(int argc, char** argv, settings* wanted) {
  int option;
  int64_t value = 0;
  while ((option = getopt(argc, argv, "p:n:r:lm")) != -1) {
    if (option == 'l') wanted->lock = 1;
    if (option == 'm') wanted->from_memory = 1;
    if (option == 'p') wanted->period_ns = 1000 * (value = number(optarg, 100, 1000000));
    if (option == 'n') wanted->cycles = value = number(optarg, 1, INT64_MAX);
    if (option == 'r') wanted->priority = (int)(value = number(optarg, 1, 99));
    if (option == '?' || value < 0) return 0;
  }
  if (optind + 1 != argc) return 0;
  wanted->path = argv[optind];
  return 1;
}

int main(int argc, char** argv) {
  settings wanted = {NULL, 10000000, INT64_MAX, 0, 0, 0};
  buffers memory = {{NULL}, {NULL}, {0}, 0, 0};
  record all = {0, 0, 0, 0, INT64_MAX, 0, {0}};
  aiedge_model* model = NULL;
  aiedge_error error = {"", ""};
  struct sigaction action;
  int ran;
  if (!read_arguments(argc, argv, &wanted)) {
    fprintf(stderr, "usage: %s [-p PERIOD_US] [-n CYCLES] [-r PRIORITY] [-l] [-m] MODEL.aie\n", argv[0]);
    return 2;
  }
  memset(&action, 0, sizeof action);
  action.sa_handler = on_signal;
  sigaction(SIGINT, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
  ask_for_real_time(&wanted);
  if (load(&wanted, &model, &error) != AIEDGE_OK) {
    fprintf(stderr, "%s: %s%s%s\n", wanted.path, error.where, error.where[0] == '\0' ? "" : ": ",
            error.message);
    return 1;
  }
  ran = make_buffers(model, &memory) && loop(model, &memory, &wanted, &all);
  if (ran) print(&all);
  free_buffers(&memory);
  aiedge_free(model);
  return ran ? 0 : 1;
}
