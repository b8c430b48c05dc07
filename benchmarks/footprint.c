/* From the start of a process to the first result, for footprint.py: load a bundle, run it once on zeros, and
 * print the most memory that the process had, in KiB. */
#include <aiedge/aiedge.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Not getrusage, which also counts the process that this one was started from. */
static int print_peak(void) {
  char line[256];
  FILE* status = fopen("/proc/self/status", "r");
  if (status == NULL) return 1;
  while (fgets(line, sizeof line, status) != NULL) {
    if (strncmp(line, "VmHWM:", 6) == 0) printf("%ld\n", strtol(line + 6, NULL, 10));
  }
  return fclose(status);
}

int main(int argc, char** argv) {
  aiedge_model* model = NULL;
  aiedge_error error;
  aiedge_tensor_info input;
  aiedge_tensor_info output;
  const void* source;
  void* target;
  if (argc != 2 || aiedge_load_file(argv[1], NULL, &model, &error) != AIEDGE_OK) return 1;
  if (aiedge_input_info(model, 0, &input) != AIEDGE_OK || aiedge_output_info(model, 0, &output) != AIEDGE_OK)
    return 1;
  source = calloc(input.bytes, 1);
  target = calloc(output.bytes, 1);
  if (source == NULL || target == NULL) return 1;
  if (aiedge_run(model, &source, 1, &target, 1) != AIEDGE_OK) return 1;
  return print_peak();
}
