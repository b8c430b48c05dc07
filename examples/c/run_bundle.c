/* Load a bundle and run it once, in C99.
 *
 *   run_bundle MODEL.aie [INPUT.bin]
 *
 * INPUT.bin holds the raw bytes of the first input; without it, all inputs are zero. Prints the memory that
 * the model holds and each output's greatest element. Build: cc run_bundle.c -I native/include -laiedge */
#include <aiedge/aiedge.h>

#include <stdio.h>
#include <stdlib.h>

#define MAX_PORTS 16

static int read_input(const char* path, void* data, size_t bytes) {
  FILE* file = fopen(path, "rb");
  size_t got;
  if (file == NULL) return 0;
  got = fread(data, 1, bytes, file);
  fclose(file);
  return got == bytes;
}

static void print_greatest(const aiedge_tensor_info* info, const unsigned char* data) {
  size_t best = 0;
  size_t i;
  int best_value = -129;
  for (i = 0; i < info->bytes; ++i) {
    const int value = info->dtype == AIEDGE_INT8 ? (int)(signed char)data[i] : (int)data[i];
    if (value > best_value) {
      best_value = value;
      best = i;
    }
  }
  printf("%s: element %zu is greatest: %d, that is %g\n", info->name, best, best_value,
         (double)info->scale * (best_value - info->zero_point));
}

/* Buffers for all inputs and outputs, made once; a real program keeps them for years. */
static int run(aiedge_model* model, const char* input_path) {
  void* inputs[MAX_PORTS] = {NULL};
  void* outputs[MAX_PORTS] = {NULL};
  const size_t input_count = aiedge_input_count(model);
  const size_t output_count = aiedge_output_count(model);
  aiedge_tensor_info info;
  int done = 0;
  size_t i;
  if (input_count > MAX_PORTS || output_count > MAX_PORTS) return 0;
  for (i = 0; i < input_count; ++i) {
    if (aiedge_input_info(model, i, &info) != AIEDGE_OK) goto end;
    inputs[i] = calloc(info.bytes, 1);
    if (inputs[i] == NULL) goto end;
    if (i == 0 && input_path != NULL && !read_input(input_path, inputs[0], info.bytes)) {
      fprintf(stderr, "%s does not hold %zu bytes\n", input_path, info.bytes);
      goto end;
    }
  }
  for (i = 0; i < output_count; ++i) {
    if (aiedge_output_info(model, i, &info) != AIEDGE_OK) goto end;
    outputs[i] = calloc(info.bytes, 1);
    if (outputs[i] == NULL) goto end;
  }
  if (aiedge_run(model, (const void* const*)inputs, input_count, outputs, output_count) != AIEDGE_OK)
    goto end;
  for (i = 0; i < output_count; ++i) {
    if (aiedge_output_info(model, i, &info) == AIEDGE_OK) print_greatest(&info, outputs[i]);
  }
  done = 1;
end:
  for (i = 0; i < MAX_PORTS; ++i) {
    free(inputs[i]);
    free(outputs[i]);
  }
  return done;
}

int main(int argc, char** argv) {
  aiedge_model* model = NULL;
  aiedge_memory memory;
  aiedge_error error;
  int done;
  if (argc < 2 || argc > 3) {
    fprintf(stderr, "usage: %s MODEL.aie [INPUT.bin]\n", argv[0]);
    return 2;
  }
  if (aiedge_load_file(argv[1], NULL, &model, &error) != AIEDGE_OK) {
    fprintf(stderr, "%s: %s%s%s\n", argv[1], error.where, error.where[0] == '\0' ? "" : ": ", error.message);
    return 1;
  }
  if (aiedge_get_memory(model, &memory) == AIEDGE_OK) {
    printf("aiedge %s: arena %zu, weights %zu, peak %zu bytes\n", aiedge_version(), memory.arena_bytes,
           memory.weight_bytes, memory.peak_bytes);
  }
  done = run(model, argc == 3 ? argv[2] : NULL);
  aiedge_free(model);
  return done ? 0 : 1;
}
