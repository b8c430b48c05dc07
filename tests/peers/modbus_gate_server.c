/* The program of a reject gate's PLC behind Modbus TCP, on libmodbus: a second implementation of
 * docs/plc-register-map.md, so that neither the host nor our own simulator is its own witness.
 *
 * One JSON object a line goes to the log, flushed at once. Coil 0 is the operator's reset button, coil 1 the stop
 * button, coil 2 restarts the program; a client sets them, the program takes them back. */
#include <errno.h>
#include <getopt.h>
#include <modbus.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <time.h>
#include <unistd.h>

enum { MAP_VERSION, MODE, SESSION, READY, RUNNING, STOP_REASON, PLC_HEARTBEAT, TRIGGER, PART_ID, ACKNOWLEDGED,
       ANSWER, OVERRUN, INPUTS };
enum { HOST_READY, HEARTBEAT, HOST_SESSION, TRIGGER_ACKNOWLEDGED, HOST_OVERRUN, RESULTS_PART_ID, VERDICT,
       RESULTS_VALID, HOLDINGS };
enum { RESET_BUTTON, STOP_BUTTON, RESTART_BUTTON, COILS };
enum state { ARMED, RUNS, RUN_OUT, STOPPED };
enum { BELT = 1024, FAULTS = 64, CLIENTS = 16 };

struct part { int number, id, verdict; double camera_s, gate_s, announce_s; };
struct fault { char kind[8]; long part; double duration_s; };

static int pulse_mode, port = 1502;
static long parts = -1;
static double period_s = 0.1, travel_s = 0.2, heartbeat_timeout_s = 0.5, scan_s = 0.001, window_s = 0.25;
static double auto_reset_s = -1;
static struct fault faults[FAULTS];
static int fault_count;

static modbus_mapping_t *map;
static FILE *log_file;
static enum state state = STOPPED;
static struct part belt[BELT], to_announce[BELT]; /* oldest first */
static int on_belt, unannounced, number, next_id = 1, last_id = 1, heartbeat = -1;
static long arrived;
static double heartbeat_at, next_part_at, stopped_at, frozen_until, stalled_until;

static double now_s(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static const struct fault *fault_at(const char *kind, long part) {
    for (int i = 0; i < fault_count; ++i)
        if (faults[i].part == part && strcmp(faults[i].kind, kind) == 0) return &faults[i];
    return NULL;
}

static void log_state(double now, const char *event, const char *reason) {
    fprintf(log_file, "{\"time_s\": %.6f, \"event\": \"%s\", \"session\": %d, \"reason\": \"%s\"}\n", now, event,
            map->tab_input_registers[SESSION], reason);
    fflush(log_file);
}

static void log_part(double now, const char *event, const struct part *p, int passed, const char *reason) {
    static const char *const names[] = {"none", "good", "bad", "unknown"};
    fprintf(log_file,
            "{\"time_s\": %.6f, \"event\": \"%s\", \"session\": %d, \"trigger\": %d, \"part_id\": %d, "
            "\"verdict\": \"%s\", \"passed\": %s, \"reason\": \"%s\", \"camera_s\": %.6f}\n",
            now, event, map->tab_input_registers[SESSION], p->number, p->id, names[p->verdict],
            passed ? "true" : "false", reason, p->camera_s);
    fflush(log_file);
}

static void take_first(struct part *queue, int *length) {
    memmove(queue, queue + 1, sizeof *queue * (size_t)--*length);
}

static void arm(double now) {
    uint16_t *out = map->tab_input_registers;
    out[SESSION] = (uint16_t)(out[SESSION] % 65535 + 1);
    state = ARMED;
    out[STOP_REASON] = 0;
    heartbeat = -1;
    log_state(now, "armed", "");
}

static void stop(double now, const char *reason, int code) {
    state = STOPPED;
    stopped_at = now;
    map->tab_input_registers[STOP_REASON] = (uint16_t)code;
    log_state(now, "stopped", reason);
    for (int i = 0; i < on_belt; ++i) log_part(now, "gate", &belt[i], 0, "stopped");
    on_belt = unannounced = 0;
}

static void part_arrives(double now, double gate_s) {
    const struct fault *late, *freeze, *stall;
    if (on_belt == BELT || unannounced == BELT) {
        fprintf(stderr, "the belt is full\n");
        exit(1);
    }
    ++arrived;
    number = number % 65535 + 1;
    if (!fault_at("repeat", arrived)) {
        last_id = (next_id + (fault_at("skip", arrived) != NULL)) % 65536;
        next_id = (last_id + 1) % 65536;
    }
    late = fault_at("late", arrived);
    belt[on_belt++] = (struct part){.number = number, .id = pulse_mode ? number : last_id, .camera_s = now,
                                    .gate_s = gate_s, .announce_s = now + (late ? late->duration_s : 0)};
    to_announce[unannounced++] = belt[on_belt - 1];
    if ((freeze = fault_at("freeze", arrived))) frozen_until = now + freeze->duration_s;
    if ((stall = fault_at("stall", arrived))) stalled_until = now + stall->duration_s;
}

static void obey_buttons(double now) {
    uint8_t *buttons = map->tab_bits;
    uint16_t *out = map->tab_input_registers;
    if (buttons[RESTART_BUTTON]) {
        stop(now, "restart", 0);
        number = 0;
        out[TRIGGER] = out[PART_ID] = out[ACKNOWLEDGED] = out[ANSWER] = out[OVERRUN] = 0;
        buttons[RESET_BUTTON] = 1;
    }
    if (buttons[STOP_BUTTON] && state != STOPPED) stop(now, "operator", 2);
    if (state == STOPPED && auto_reset_s >= 0 && now - stopped_at >= auto_reset_s) buttons[RESET_BUTTON] = 1;
    if (buttons[RESET_BUTTON] && state == STOPPED) arm(now);
    memset(buttons, 0, COILS);
}

static void watch_host(double now) {
    const uint16_t *in = map->tab_registers;
    int in_order = in[HOST_READY] == 1 && in[HOST_SESSION] == map->tab_input_registers[SESSION];
    int beat = heartbeat != -1 && heartbeat != in[HEARTBEAT];
    if (beat || heartbeat == -1) {
        heartbeat = in[HEARTBEAT];
        heartbeat_at = now;
    }
    if (state == ARMED && in_order && beat) {
        state = RUNS;
        next_part_at = now + period_s;
        log_state(now, "running", "");
    } else if (state == RUNS || state == RUN_OUT) {
        if (now - heartbeat_at > heartbeat_timeout_s) {
            stop(now, "heartbeat", 1);
        } else if (state == RUNS && !in_order) {
            state = RUN_OUT;
            log_state(now, "run_out", "");
        }
    }
}

static void take_results(double now) {
    const uint16_t *in = map->tab_registers;
    uint16_t *out = map->tab_input_registers;
    int named = in[RESULTS_VALID];
    if (in[HOST_SESSION] != out[SESSION] || named == 0 || named == out[ACKNOWLEDGED]) return;
    out[ACKNOWLEDGED] = (uint16_t)named;
    out[ANSWER] = 2;
    if (pulse_mode && period_s == 0 && (state == RUNS || state == RUN_OUT)) {
        int ahead = number ? ((named - number) % 65535 + 65535) % 65535 : named;
        if (ahead <= 32767)
            while (ahead-- > 0) part_arrives(now, now);
    }
    for (int i = 0; i < on_belt; ++i) {
        if (belt[i].number != named) continue;
        out[ANSWER] = 3;
        if (belt[i].id == in[RESULTS_PART_ID] && !belt[i].verdict && in[VERDICT] >= 1 && in[VERDICT] <= 3) {
            belt[i].verdict = in[VERDICT];
            out[ANSWER] = 1;
        }
        return;
    }
}

static void let_parts_in(double now) {
    int together;
    if (state != RUNS || period_s == 0 || now < next_part_at) return;
    do {
        if (parts == 0) return;
        if (parts > 0) --parts;
        together = fault_at("burst", arrived + 1) != NULL;
        part_arrives(now, now + travel_s);
    } while (together);
    next_part_at = next_part_at + period_s > now ? next_part_at + period_s : now;
}

static void announce(double now) {
    uint16_t *out = map->tab_input_registers;
    while (unannounced && now >= to_announce[0].announce_s) { /* none overtakes */
        if (!pulse_mode && out[TRIGGER] != map->tab_registers[TRIGGER_ACKNOWLEDGED]) ++out[OVERRUN];
        out[TRIGGER] = (uint16_t)to_announce[0].number;
        out[PART_ID] = (uint16_t)to_announce[0].id;
        log_part(now, "trigger", &to_announce[0], 0, "");
        take_first(to_announce, &unannounced);
    }
}

static void work_the_gate(double now) {
    while (on_belt && now >= belt[0].gate_s) {
        int in_window = now - belt[0].gate_s <= window_s;
        int passed = belt[0].verdict == 1 && in_window;
        log_part(now, "gate", &belt[0], passed, passed ? "" : in_window ? "verdict" : "window");
        take_first(belt, &on_belt);
    }
}

static void scan(double now) {
    uint16_t *out = map->tab_input_registers;
    if (now < frozen_until) return;
    ++out[PLC_HEARTBEAT];
    obey_buttons(now);
    watch_host(now);
    take_results(now);
    let_parts_in(now);
    announce(now);
    work_the_gate(now);
    if (state == RUN_OUT && on_belt == 0) arm(now);
    out[READY] = state != STOPPED;
    out[RUNNING] = state == RUNS || state == RUN_OUT;
}

static int parse_fault(const char *text) { /* KIND:PART[:SECONDS] */
    struct fault *f = &faults[fault_count];
    if (fault_count == FAULTS || sscanf(text, "%7[a-z]:%ld:%lf", f->kind, &f->part, &f->duration_s) < 2) return 0;
    ++fault_count;
    return 1;
}

static int parse_arguments(int argc, char **argv) {
    static const struct option known[] = {
        {"port", 1, 0, 'p'},      {"mode", 1, 0, 'm'},  {"parts", 1, 0, 'n'},      {"period", 1, 0, 'd'},
        {"travel", 1, 0, 't'},    {"scan", 1, 0, 's'},  {"heartbeat", 1, 0, 'b'},  {"auto-reset", 1, 0, 'a'},
        {"first-id", 1, 0, 'i'},  {"fault", 1, 0, 'f'}, {"log", 1, 0, 'l'},
        {"window", 1, 0, 'w'},    {0, 0, 0, 0}};
    int c;
    log_file = stdout;
    while ((c = getopt_long(argc, argv, "", known, NULL)) != -1) {
        switch (c) {
        case 'p': port = atoi(optarg); break;
        case 'm': pulse_mode = strcmp(optarg, "pulse") == 0; break;
        case 'n': parts = atol(optarg); break;
        case 'd': period_s = atof(optarg); break;
        case 't': travel_s = atof(optarg); break;
        case 's': scan_s = atof(optarg); break;
        case 'b': heartbeat_timeout_s = atof(optarg); break;
        case 'w': window_s = atof(optarg); break;
        case 'a': auto_reset_s = atof(optarg); break;
        case 'i': next_id = last_id = atoi(optarg); break;
        case 'f': if (!parse_fault(optarg)) return 0; break;
        case 'l': if (!(log_file = fopen(optarg, "a"))) return 0; break;
        default: return 0;
        }
    }
    return optind == argc;
}

static void serve(modbus_t *bus, int listener) {
    int clients[CLIENTS], count = 0;
    double next_scan = now_s();
    for (;;) {
        double now = now_s(), wait = next_scan - now;
        int stalled = now < stalled_until, highest = listener;
        struct timeval timeout = {0, wait > 0 ? (suseconds_t)(wait * 1e6) : 0};
        fd_set readable;
        FD_ZERO(&readable);
        if (count < CLIENTS) FD_SET(listener, &readable);
        for (int i = 0; i < count && !stalled; ++i) {
            FD_SET(clients[i], &readable);
            if (clients[i] > highest) highest = clients[i];
        }
        if (select(highest + 1, &readable, NULL, NULL, &timeout) < 0 && errno != EINTR) return;
        for (int i = 0; i < count && !stalled; ++i) {
            uint8_t query[MODBUS_TCP_MAX_ADU_LENGTH];
            int length;
            if (!FD_ISSET(clients[i], &readable)) continue;
            modbus_set_socket(bus, clients[i]);
            length = modbus_receive(bus, query);
            if (length > 0) modbus_reply(bus, query, length, map);
            if (length == -1) {
                close(clients[i]);
                clients[i] = -1;
            }
        }
        for (int i = count - 1; i >= 0; --i)
            if (clients[i] == -1) clients[i] = clients[--count];
        if (count < CLIENTS && FD_ISSET(listener, &readable)) {
            int copy = listener, fd = modbus_tcp_accept(bus, &copy);
            if (fd != -1) clients[count++] = fd;
        }
        if ((now = now_s()) >= next_scan) {
            scan(now);
            next_scan = now + scan_s;
        }
    }
}

int main(int argc, char **argv) {
    modbus_t *bus;
    int listener;
    if (!parse_arguments(argc, argv)) {
        fprintf(stderr, "usage: %s [--port N] [--mode pulse|handshake] [--parts N] [--period S] [--travel S]\n"
                        "  [--heartbeat S] [--scan S] [--window S] [--auto-reset S] [--first-id N] [--log FILE]\n"
                        "  [--fault late|repeat|skip|burst|freeze|stall:PART[:SECONDS]]...\n", argv[0]);
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    map = modbus_mapping_new(COILS, 0, HOLDINGS, INPUTS);
    bus = modbus_new_tcp("127.0.0.1", port);
    if (!map || !bus || (listener = modbus_tcp_listen(bus, CLIENTS)) == -1) {
        fprintf(stderr, "cannot serve port %d: %s\n", port, modbus_strerror(errno));
        return 1;
    }
    map->tab_input_registers[MAP_VERSION] = 1;
    map->tab_input_registers[MODE] = pulse_mode ? 1 : 2;
    /* A session that an earlier run of this server on this port has hardly had. */
    map->tab_input_registers[SESSION] = (uint16_t)((time(NULL) * 7919 + getpid()) % 65535);
    map->tab_bits[RESET_BUTTON] = 1;
    scan(now_s());
    fprintf(stderr, "ready\n");
    serve(bus, listener);
    return 1;
}
