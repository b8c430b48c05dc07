// Included by variants.cpp once for each operator, with AIEDGE_ARGS and AIEDGE_NAME defined: turns
// AIEDGE_NAME.def into an array of pointers to its kernels, kernels_of_AIEDGE_NAME. No guard: it is meant to
// be included again.
#define AIEDGE_PASTE_(a, b) a##b
#define AIEDGE_PASTE(a, b) AIEDGE_PASTE_(a, b)
#define AIEDGE_TEXT_(text) #text
#define AIEDGE_TEXT(text) AIEDGE_TEXT_(text)
#define AIEDGE_VARIANT(variant) &AIEDGE_PASTE(AIEDGE_PASTE(AIEDGE_NAME, _), variant),

constexpr const Kernel<AIEDGE_ARGS>* AIEDGE_PASTE(kernels_of_, AIEDGE_NAME)[] = {
// clang-format off
#include AIEDGE_TEXT(kernels/AIEDGE_NAME.def)
    // clang-format on
};

#undef AIEDGE_VARIANT
#undef AIEDGE_TEXT
#undef AIEDGE_TEXT_
#undef AIEDGE_PASTE
#undef AIEDGE_PASTE_
#undef AIEDGE_NAME
#undef AIEDGE_ARGS
