/* The instruction sets that loops are compiled for, and which of them this processor has. */
#ifndef BPDEBUG_LANES_H
#define BPDEBUG_LANES_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if !defined(__GNUC__) || __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "needs GCC or Clang, and a little-endian machine; the recorder works without"
#endif

#define INLINE static inline __attribute__((always_inline))

#if defined(__x86_64__) && !defined(WITHOUT_INTRINSICS)
#define X86
#include <immintrin.h>
#define AVX512 __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,fma")))
#define AVX2 __attribute__((target("avx2,fma")))
#endif

enum { PLAIN, WITH_AVX2, WITH_AVX512 };

/* The best that this processor has. */
static int known_instructions(void) {
#ifdef X86
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
        return WITH_AVX512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return WITH_AVX2;
#endif
    return PLAIN;
}

/* The best for whoever has other things to do, too: Intel's processors slow down for registers of 512 bits, and stay slow
   for two thirds of a millisecond, which costs all that runs then more than is gained here. */
static int best_instructions(void) {
    int known = known_instructions();
#ifdef X86
    if (known == WITH_AVX512 && __builtin_cpu_is("intel"))
        return WITH_AVX2;
#endif
    return known;
}

#endif
