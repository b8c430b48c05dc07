/* Runs a model RUNS times between two lines on standard error, for one who watches the system calls.
 *
 *   silent_run MODEL.aie THREADS RUNS */
#include <aiedge/aiedge.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WARM_UP 100

static void mark(const char* text) {
  if (write(2, text, strlen(text)) < 0) exit(3);
}

int main(int argc, char** argv) {
  aiedge_options options = {0};
  aiedge_model* model = NULL;
  aiedge_tensor_info info;
  const void* input;
  void* output;
  int runs;
  if (argc != 4) return 2;
  options.struct_bytes = sizeof options;
  options.threads = (uint32_t)atoi(argv[2]);
  runs = atoi(argv[3]);
  if (aiedge_load_file(argv[1], &options, &model, NULL) != AIEDGE_OK) return 1;
  if (aiedge_input_info(model, 0, &info) != AIEDGE_OK) return 1;
  input = calloc(info.bytes, 1);
  if (aiedge_output_info(model, 0, &info) != AIEDGE_OK) return 1;
  output = calloc(info.bytes, 1);
  if (input == NULL || output == NULL) return 1;
  for (int i = 0; i < WARM_UP; ++i) (void)aiedge_run(model, &input, 1, &output, 1);
  mark("begin\n");
  for (int i = 0; i < runs; ++i) (void)aiedge_run(model, &input, 1, &output, 1);
  mark("end\n");
  aiedge_free(model);
  return 0;
}
