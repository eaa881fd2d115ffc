/* Whether memory holds a NaN or an infinity: the quickest look at it, for when nothing else of it is kept. */
#ifndef BPDEBUG_NONFINITE_H
#define BPDEBUG_NONFINITE_H

#include "lanes.h"

enum { SOME_NAN_AT = 1, SOME_INF_AT = 2 };

/* Adding one to the exponent overflows into the sign only where it has all bits already. */
#define EXPONENT_IS_FULL(NAME, TARGET, BITS, EXPONENT)                                                                 \
    TARGET static int NAME(const uint8_t *data, size_t count) {                                                        \
        const BITS sign = (BITS)1 << (8 * sizeof(BITS) - 1), lowest = (EXPONENT) & (~(EXPONENT) + 1);                  \
        BITS some = 0;                                                                                                 \
        for (size_t i = 0; i < count; i++) {                                                                           \
            BITS bits;                                                                                                 \
            memcpy(&bits, data + i * sizeof bits, sizeof bits);                                                        \
            some |= (bits & ~sign) + lowest;                                                                           \
        }                                                                                                              \
        return (some & sign) != 0;                                                                                     \
    }

#define EXPONENT_OF_FLOAT ((uint32_t)0x7F800000U)
#define EXPONENT_OF_DOUBLE ((uint64_t)0x7FF0000000000000U)

EXPONENT_IS_FULL(full_in_floats_plain, , uint32_t, EXPONENT_OF_FLOAT)
EXPONENT_IS_FULL(full_in_doubles_plain, , uint64_t, EXPONENT_OF_DOUBLE)
#ifdef X86
EXPONENT_IS_FULL(full_in_floats_avx2, AVX2, uint32_t, EXPONENT_OF_FLOAT)
EXPONENT_IS_FULL(full_in_doubles_avx2, AVX2, uint64_t, EXPONENT_OF_DOUBLE)
#endif

static int exponent_is_full(const uint8_t *data, size_t count, int doubles, int instructions) {
#ifdef X86
    if (instructions != PLAIN)
        return doubles ? full_in_doubles_avx2(data, count) : full_in_floats_avx2(data, count);
#else
    (void)instructions;
#endif
    return doubles ? full_in_doubles_plain(data, count) : full_in_floats_plain(data, count);
}

/* SOME_NAN_AT and SOME_INF_AT of `count` floats or doubles. */
static int nonfinite_at(const uint8_t *data, size_t count, int doubles, int instructions) {
    int found = 0;
    if (!exponent_is_full(data, count, doubles, instructions))
        return 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t bits = 0, sign = doubles ? (uint64_t)1 << 63 : (uint64_t)1 << 31;
        uint64_t exponent = doubles ? EXPONENT_OF_DOUBLE : EXPONENT_OF_FLOAT;
        memcpy(&bits, data + i * (doubles ? 8 : 4), doubles ? 8 : 4);
        if ((bits & exponent) == exponent)
            found |= (bits & ~sign) == exponent ? SOME_INF_AT : SOME_NAN_AT;
    }
    return found;
}

#endif
