/* aiedge: run compiled models (.aie bundles). Pure C99: opaque handles, caller-owned buffers, no exceptions,
 * no callbacks (but aiedge_trace's), no printing. All strings are UTF-8. A handle may be used by one thread
 * at a time. */
#ifndef AIEDGE_AIEDGE_H
#define AIEDGE_AIEDGE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(_WIN32)
#define AIEDGE_API __declspec(dllexport)
#else
#define AIEDGE_API __attribute__((visibility("default")))
#endif

#define AIEDGE_MAX_RANK 6

typedef enum aiedge_status {
  AIEDGE_OK = 0,
  AIEDGE_INVALID_ARGUMENT = 1, /* a null pointer, a wrong count or size */
  AIEDGE_IO = 2,               /* the file cannot be read */
  AIEDGE_BAD_MODEL = 3,        /* damaged, hostile, or with what this version does not know */
  AIEDGE_UNSUPPORTED = 4,      /* an instruction set that this build or CPU lacks */
  AIEDGE_OUT_OF_MEMORY = 5,
  AIEDGE_REFUSED = 6 /* the system allows no thread on that CPU or of that priority */
} aiedge_status;

typedef enum aiedge_dtype {
  AIEDGE_INT8 = 1,
  AIEDGE_UINT8 = 2,
  AIEDGE_INT32 = 3,
  AIEDGE_FLOAT32 = 4
} aiedge_dtype;

/* What went wrong: one line, zero-terminated; `where` is the place in the file ("tensor 5 'conv/bias'"). */
typedef struct aiedge_error {
  char message[256];
  char where[160];
} aiedge_error;

typedef struct aiedge_model aiedge_model; /* a validated bundle with its plan, packed weights and arena */

/* Zero-initialize it, then set what you want. The calling thread counts as one of `threads`, and is yours:
 * bind it and give it a priority yourself. */
typedef struct aiedge_options {
  uint32_t struct_bytes; /* sizeof(aiedge_options): lets the struct grow */
  uint32_t threads;      /* 1 to 64 */
  const char* isa;       /* NULL: the best of this CPU (or AIEDGE_ISA); else what aiedge_isa() names */
  const uint32_t*
      cpus;           /* NULL: threads run where the system likes; else the CPU of each but the calling one */
  uint32_t cpu_count; /* threads - 1, or 0 when cpus is NULL */
  uint32_t
      realtime_priority; /* 0: as the process; 1 to 99: SCHED_FIFO, for all threads but the calling one */
  uint32_t
      spin_us; /* how long a thread looks for work before it sleeps, up to 1000000; 0: 50. Waking one takes
                * about 60 us: with CPUs to spare, more than the pause between two runs spares that */
} aiedge_options;

typedef struct aiedge_tensor_info {
  const char* name;   /* lives as long as the model */
  aiedge_dtype dtype; /* int8, uint8, float32, or int32 (indices); the last two are not quantized */
  uint32_t rank;
  int32_t shape[AIEDGE_MAX_RANK];
  size_t bytes;
  float scale; /* 0: not quantized */
  int32_t zero_point;
} aiedge_tensor_info;

typedef struct aiedge_node_info {
  const char* name;
  const char* op;     /* "conv_2d" */
  const char* kernel; /* the variant that runs: "avx2" */
  uint64_t macs;
} aiedge_node_info;

typedef struct aiedge_memory {
  size_t arena_bytes;  /* activations and scratch */
  size_t weight_bytes; /* packed weights, and constants of the bundle that are still held after packing */
  size_t peak_bytes;   /* the most that the model holds at once, while it is loaded or later */
} aiedge_memory;

AIEDGE_API const char* aiedge_version(void);
/* The instruction sets that this CPU and build have kernels for, best first: the index-th, NULL beyond the
 * last. Of "avx512vnni", "avxvnni", "avx2", "reference"; the last one always is there. */
AIEDGE_API const char* aiedge_isa(size_t index);

/* Load from a file or from memory (copied; the caller keeps its buffer). `options`, `error` may be NULL. The
 * bundle's hash is checked, its signature is not: docs/signing.md says who does. */
AIEDGE_API aiedge_status aiedge_load_file(const char* path, const aiedge_options* options,
                                          aiedge_model** model, aiedge_error* error);
AIEDGE_API aiedge_status aiedge_load_memory(const void* data, size_t bytes, const aiedge_options* options,
                                            aiedge_model** model, aiedge_error* error);
AIEDGE_API void aiedge_free(aiedge_model* model); /* NULL is allowed */

AIEDGE_API size_t aiedge_input_count(const aiedge_model* model);
AIEDGE_API size_t aiedge_output_count(const aiedge_model* model);
AIEDGE_API aiedge_status aiedge_input_info(const aiedge_model* model, size_t index, aiedge_tensor_info* info);
AIEDGE_API aiedge_status aiedge_output_info(const aiedge_model* model, size_t index,
                                            aiedge_tensor_info* info);
AIEDGE_API size_t aiedge_node_count(const aiedge_model* model);
AIEDGE_API aiedge_status aiedge_get_node_info(const aiedge_model* model, size_t index,
                                              aiedge_node_info* info);
AIEDGE_API aiedge_status aiedge_get_memory(const aiedge_model* model, aiedge_memory* memory);
/* The plan as text, one line a node: where its input and output lie. Written as snprintf writes: at most
 * `bytes`, the terminator included; returns the length of the whole text. */
AIEDGE_API size_t aiedge_plan(const aiedge_model* model, char* text, size_t bytes);
/* The section LABL as it is, not terminated; `*bytes` is 0 when the bundle has none. */
AIEDGE_API const char* aiedge_labels(const aiedge_model* model, size_t* bytes);

/* Run once, blocking. inputs[i] and outputs[i] point to exactly the bytes of the tensor's info, any
 * alignment; no output overlaps another buffer. Allocates nothing on the heap. */
AIEDGE_API aiedge_status aiedge_run(aiedge_model* model, const void* const* inputs, size_t input_count,
                                    void* const* outputs, size_t output_count);

/* The same, slower, and `traced` is called after each node with the node's index, its output and that
 * output's bytes, both valid during the call only. It must not use the model, nor throw. */
typedef void (*aiedge_traced)(void* context, size_t node, const aiedge_tensor_info* output, const void* data);
AIEDGE_API aiedge_status aiedge_trace(aiedge_model* model, const void* const* inputs, size_t input_count,
                                      void* const* outputs, size_t output_count, aiedge_traced traced,
                                      void* context);

/* Pictures in, results out: for a bundle that holds its processing (docs/processing.md). */

typedef enum aiedge_pixels { AIEDGE_GREY = 1, AIEDGE_RGB = 2, AIEDGE_BGR = 3 } aiedge_pixels;

typedef struct aiedge_image {
  const uint8_t* data; /* rows from top to bottom, 1 or 3 bytes a pixel */
  uint32_t width;      /* px, 1 to 16384 */
  uint32_t height;
  size_t stride_bytes; /* from a row to the next; 0: rows without a gap */
  aiedge_pixels pixels;
} aiedge_image;

typedef enum aiedge_result_kind {
  AIEDGE_CLASSES = 1,
  AIEDGE_BOXES = 2,
  AIEDGE_PEAKS = 3,
  AIEDGE_ANOMALY = 4,
  AIEDGE_SEGMENTATION = 5
} aiedge_result_kind;

typedef struct aiedge_processing_info {
  aiedge_result_kind kind;
  float threshold;     /* of boxes, peaks, anomaly; else 0 */
  uint32_t most_finds; /* classes, boxes, peaks: the room that never is too little; else 0 */
  uint32_t rows;       /* anomaly, segmentation: of values and mask; else 0 */
  uint32_t columns;
  uint32_t needs_reference; /* 1: the model compares a picture with its reference */
} aiedge_processing_info;

/* One class (score and kind only), box, or peak (x0 = x1, y0 = y1). */
typedef struct aiedge_find {
  float x0; /* px of the picture, x to the right, y down */
  float y0;
  float x1;
  float y1;
  float score;
  uint32_t kind; /* index of the label */
} aiedge_find;

/* Zero-initialize it, then set what you want. */
typedef struct aiedge_process_options {
  uint32_t struct_bytes;  /* sizeof(aiedge_process_options) */
  uint32_t has_threshold; /* 1: `threshold` instead of the bundle's, for boxes, peaks and anomaly */
  float threshold;
} aiedge_process_options;

/* Zero-initialize it, then set the room. */
typedef struct aiedge_result {
  uint32_t struct_bytes; /* sizeof(aiedge_result) */
  /* The caller's room; NULL and 0 for what is not wanted. */
  uint32_t find_capacity;
  aiedge_find* finds;
  float* values; /* anomaly: rows x columns */
  uint8_t* mask; /* segmentation: rows x columns */
  size_t value_capacity;
  size_t mask_capacity;
  /* Filled in. */
  uint32_t find_count;   /* in `finds`, best first */
  uint32_t find_dropped; /* for which there was no room */
  float score;           /* anomaly */
  uint32_t is_anomalous; /* anomaly: 1 when the score reaches the threshold */
} aiedge_result;

/* AIEDGE_INVALID_ARGUMENT when the bundle has no processing. */
AIEDGE_API aiedge_status aiedge_get_processing(const aiedge_model* model, aiedge_processing_info* info);

/* The inputs that the model takes for a picture: inputs[i] has room for the bytes of that input's info.
 * `reference` may be NULL, and counts only where the model needs one. `error` may be NULL. */
AIEDGE_API aiedge_status aiedge_prepare(aiedge_model* model, const aiedge_image* image,
                                        const aiedge_image* reference, void* const* inputs,
                                        size_t input_count, aiedge_error* error);

/* Prepare the picture, run the model, read its outputs. Blocking; allocates nothing on the heap. `options`,
 * `reference` and `error` may be NULL. */
AIEDGE_API aiedge_status aiedge_process(aiedge_model* model, const aiedge_image* image,
                                        const aiedge_image* reference, const aiedge_process_options* options,
                                        aiedge_result* result, aiedge_error* error);

#ifdef __cplusplus
}
#endif
#endif
