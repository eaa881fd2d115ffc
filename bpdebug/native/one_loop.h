/* Content id, sums and copy of floats in one loop: each is as dear as reading them again, and together they hide
   behind each other. For processors with AVX2 or better; others go through a stretch once for each. */
#ifndef BPDEBUG_ONE_LOOP_H
#define BPDEBUG_ONE_LOOP_H

#include "tally.h"
#include "xxh3.h"

enum { LONG_STRETCH = 64 << 10, AHEAD = 4 << 10 }; /* bytes: that are summed up by themselves, and are fetched before */

#ifdef X86

/* The next `count` blocks of 1024 bytes, one at least, none of them the last one of the content. `into`, which may be
   NULL, is where their copy goes. A `streamed` copy goes past the caches, and begins at a multiple of 64 bytes. */
AVX512 INLINE void blocks_of_floats_avx512(Xxh3 *state, Sums *sums, const uint8_t *data, size_t count, uint8_t *into,
                                         int streamed) {
    __m512i lanes = _mm512_loadu_si512(state->lane), last = _mm512_loadu_si512(secret + SECRET - STRIPE);
    const __m512i prime = _mm512_set1_epi64(P32_1), one = _mm512_set1_epi32(1);
    float first;
    memcpy(&first, data, sizeof first);
    __m512 low[2], high[2];
    __m512d sum[4], squares[4];
    __m512i zeros[2];
    for (int u = 0; u < 2; u++) {
        low[u] = high[u] = _mm512_set1_ps(first);
        zeros[u] = _mm512_setzero_si512();
    }
    for (int h = 0; h < 4; h++)
        sum[h] = squares[h] = _mm512_setzero_pd();
    for (; count; count--) {
        __m512i values = _mm512_setzero_si512();
#pragma GCC unroll 16
        for (int n = 0; n < BLOCK / STRIPE; n++, data += STRIPE) {
            const int u = n & 1;
            __m512i value = _mm512_loadu_si512(data);
            __builtin_prefetch(data + AHEAD);
            if (into) {
                if (streamed)
                    _mm512_stream_si512((void *)into, value);
                else
                    _mm512_storeu_si512(into, value);
                into += STRIPE;
            }
            __m512i mixed = _mm512_xor_si512(value, _mm512_loadu_si512(secret + 8 * n));
            __m512i product = _mm512_mul_epu32(mixed, _mm512_srli_epi64(mixed, 32));
            values = _mm512_add_epi64(values, value);
            lanes = _mm512_add_epi64(lanes, product);

            __m512 x = _mm512_castsi512_ps(value);
            low[u] = _mm512_min_ps(x, low[u]);
            high[u] = _mm512_max_ps(x, high[u]);
            zeros[u] = _mm512_mask_add_epi32(zeros[u], _mm512_cmp_ps_mask(x, _mm512_setzero_ps(), _CMP_EQ_OQ), zeros[u],
                                             one);
            for (int h = 0; h < 2; h++) {
                __m512d wide = _mm512_cvtps_pd(_mm256_loadu_ps((const float *)data + 8 * h)); // not from `x`: dearer
                sum[2 * u + h] = _mm512_add_pd(sum[2 * u + h], wide);
                squares[2 * u + h] = _mm512_fmadd_pd(wide, wide, squares[2 * u + h]);
            }
        }
        lanes = _mm512_add_epi64(lanes, _mm512_shuffle_epi32(values, _MM_PERM_BADC));
        lanes = _mm512_xor_si512(_mm512_xor_si512(lanes, _mm512_srli_epi64(lanes, 47)), last);
        __m512i upper = _mm512_mul_epu32(_mm512_srli_epi64(lanes, 32), prime);
        lanes = _mm512_add_epi64(_mm512_mul_epu32(lanes, prime), _mm512_slli_epi64(upper, 32));
    }
    _mm512_storeu_si512(state->lane, lanes);
    for (int h = 1; h < 4; h++) {
        sum[0] = _mm512_add_pd(sum[0], sum[h]);
        squares[0] = _mm512_add_pd(squares[0], squares[h]);
    }
    *sums = (Sums){_mm512_reduce_min_ps(_mm512_min_ps(low[0], low[1])),
                   _mm512_reduce_max_ps(_mm512_max_ps(high[0], high[1])), _mm512_reduce_add_pd(sum[0]),
                   _mm512_reduce_add_pd(squares[0]), (uint64_t)_mm512_reduce_add_epi32(_mm512_add_epi32(zeros[0], zeros[1]))};
}

/* The same for AVX2, with half a stripe in a register. */
AVX2 INLINE void blocks_of_floats_avx2(Xxh3 *state, Sums *sums, const uint8_t *data, size_t count, uint8_t *into,
                                       int streamed) {
    enum { HALVES = 2, FLOATS = 8, DOUBLES = 4 };
    __m256i lanes[HALVES], last[HALVES];
    const __m256i prime = _mm256_set1_epi64x(P32_1);
    for (int half = 0; half < HALVES; half++) {
        lanes[half] = _mm256_loadu_si256((const __m256i *)state->lane + half);
        last[half] = _mm256_loadu_si256((const __m256i *)(secret + SECRET - STRIPE) + half);
    }
    float first;
    memcpy(&first, data, sizeof first);
    __m256 low = _mm256_set1_ps(first), high = low;
    __m256d sum[2] = {_mm256_setzero_pd(), _mm256_setzero_pd()}, squares[2] = {sum[0], sum[0]};
    __m256i zeros = _mm256_setzero_si256();
    for (; count; count--) {
        __m256i values[HALVES] = {_mm256_setzero_si256(), _mm256_setzero_si256()};
        for (int n = 0; n < BLOCK / STRIPE; n++, data += STRIPE) {
            __builtin_prefetch(data + AHEAD);
            for (int half = 0; half < HALVES; half++) {
                __m256i value = _mm256_loadu_si256((const __m256i *)data + half);
                if (into) {
                    if (streamed)
                        _mm256_stream_si256((__m256i *)into + half, value);
                    else
                        _mm256_storeu_si256((__m256i *)into + half, value);
                }
                __m256i mixed = _mm256_xor_si256(value, _mm256_loadu_si256((const __m256i *)(secret + 8 * n) + half));
                __m256i product = _mm256_mul_epu32(mixed, _mm256_srli_epi64(mixed, 32));
                values[half] = _mm256_add_epi64(values[half], value);
                lanes[half] = _mm256_add_epi64(lanes[half], product);

                __asm__("" : "+x"(value)); // or GCC takes `wide` from its halves, at half the speed
                __m256 x = _mm256_castsi256_ps(value);
                low = _mm256_min_ps(x, low);
                high = _mm256_max_ps(x, high);
                __m256 is_zero = _mm256_cmp_ps(x, _mm256_setzero_ps(), _CMP_EQ_OQ); // -1 for each as an integer
                zeros = _mm256_sub_epi32(zeros, _mm256_castps_si256(is_zero));
                for (int h = 0; h < 2; h++) {
                    __m256d wide = _mm256_cvtps_pd(_mm_loadu_ps((const float *)data + FLOATS * half + DOUBLES * h));
                    sum[h] = _mm256_add_pd(sum[h], wide);
                    squares[h] = _mm256_fmadd_pd(wide, wide, squares[h]);
                }
            }
            if (into)
                into += STRIPE;
        }
        for (int half = 0; half < HALVES; half++) {
            lanes[half] = _mm256_add_epi64(lanes[half], _mm256_shuffle_epi32(values[half], 0x4E));
            __m256i mixed = _mm256_xor_si256(lanes[half], _mm256_srli_epi64(lanes[half], 47));
            mixed = _mm256_xor_si256(mixed, last[half]);
            __m256i upper = _mm256_mul_epu32(_mm256_srli_epi64(mixed, 32), prime);
            lanes[half] = _mm256_add_epi64(_mm256_mul_epu32(mixed, prime), _mm256_slli_epi64(upper, 32));
        }
    }
    float lows[FLOATS], highs[FLOATS];
    double sums_of_lanes[DOUBLES], squares_of_lanes[DOUBLES];
    uint32_t zeros_of_lanes[FLOATS];
    for (int half = 0; half < HALVES; half++)
        _mm256_storeu_si256((__m256i *)state->lane + half, lanes[half]);
    _mm256_storeu_ps(lows, low);
    _mm256_storeu_ps(highs, high);
    _mm256_storeu_pd(sums_of_lanes, _mm256_add_pd(sum[0], sum[1]));
    _mm256_storeu_pd(squares_of_lanes, _mm256_add_pd(squares[0], squares[1]));
    _mm256_storeu_si256((__m256i *)zeros_of_lanes, zeros);
    *sums = (Sums){lows[0], highs[0], 0, 0, 0};
    for (int k = 0; k < FLOATS; k++) {
        sums->low = lows[k] < sums->low ? lows[k] : sums->low;
        sums->high = highs[k] > sums->high ? highs[k] : sums->high;
        sums->zeros += zeros_of_lanes[k];
    }
    for (int k = 0; k < DOUBLES; k++) {
        sums->sum += sums_of_lanes[k];
        sums->squares += squares_of_lanes[k];
    }
}

/* `look_in_one_loop` for one instruction set, three times: without a copy, with one, and with one past the caches. */
#define IN_ONE_LOOP(NAME, TARGET, LOOP)                                                                                \
    TARGET static void NAME(Xxh3 *state, Sums *sums, const uint8_t *data, size_t count, uint8_t *into, int streamed) { \
        if (!into)                                                                                                     \
            LOOP(state, sums, data, count, NULL, 0);                                                                   \
        else if (streamed && (uintptr_t)into % STRIPE == 0) {                                                          \
            LOOP(state, sums, data, count, into, 1);                                                                   \
            _mm_sfence();                                                                                              \
        } else                                                                                                         \
            LOOP(state, sums, data, count, into, 0);                                                                   \
    }

IN_ONE_LOOP(floats_in_one_loop_avx512, AVX512, blocks_of_floats_avx512)
IN_ONE_LOOP(floats_in_one_loop_avx2, AVX2, blocks_of_floats_avx2)

#endif

/* Whether `look_in_one_loop` can be asked. */
static int has_one_loop(Kind kind, int instructions) {
#ifdef X86
    return kind == OF_FLOAT && instructions != PLAIN;
#else
    (void)kind, (void)instructions;
    return 0;
#endif
}

/* Look at the next `size` bytes, whole blocks of 1024, of a content that goes on behind them, and copy them to `into`
   unless that is NULL; past the caches if that is worth it. */
static void look_in_one_loop(Xxh3 *state, Tally *tally, const uint8_t *data, size_t size, int instructions,
                             uint8_t *into, int streamed) {
#ifdef X86
    Sums sums;
    if (instructions == WITH_AVX512)
        floats_in_one_loop_avx512(state, &sums, data, size / BLOCK, into, streamed);
    else
        floats_in_one_loop_avx2(state, &sums, data, size / BLOCK, into, streamed);
    tally_sums(tally, OF_FLOAT, &sums, data, size / sizeof(float));
#else
    (void)state, (void)tally, (void)data, (void)size, (void)instructions, (void)into, (void)streamed;
#endif
}

#endif
