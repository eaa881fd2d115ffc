/* XXH3-128 of more than 240 bytes, seed 0, with the secret that the specification gives, in stretches of whole blocks.

   https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md */
#ifndef BPDEBUG_XXH3_H
#define BPDEBUG_XXH3_H

#include "lanes.h"

enum { STRIPE = 64, BLOCK = 1024, SECRET = 192, SHORTEST = 241 };

#define P32_1 0x9E3779B1U
#define P32_2 0x85EBCA77U
#define P32_3 0xC2B2AE3DU
#define P64_1 0x9E3779B185EBCA87U
#define P64_2 0xC2B2AE3D27D4EB4FU
#define P64_3 0x165667B19E3779F9U
#define P64_4 0x85EBCA77C2B2AE63U
#define P64_5 0x27D4EB2F165667C5U
#define MX1 0x165667919E3779F9U

static const uint8_t secret[SECRET] = {
    0xb8, 0xfe, 0x6c, 0x39, 0x23, 0xa4, 0x4b, 0xbe, 0x7c, 0x01, 0x81, 0x2c, 0xf7, 0x21, 0xad, 0x1c,
    0xde, 0xd4, 0x6d, 0xe9, 0x83, 0x90, 0x97, 0xdb, 0x72, 0x40, 0xa4, 0xa4, 0xb7, 0xb3, 0x67, 0x1f,
    0xcb, 0x79, 0xe6, 0x4e, 0xcc, 0xc0, 0xe5, 0x78, 0x82, 0x5a, 0xd0, 0x7d, 0xcc, 0xff, 0x72, 0x21,
    0xb8, 0x08, 0x46, 0x74, 0xf7, 0x43, 0x24, 0x8e, 0xe0, 0x35, 0x90, 0xe6, 0x81, 0x3a, 0x26, 0x4c,
    0x3c, 0x28, 0x52, 0xbb, 0x91, 0xc3, 0x00, 0xcb, 0x88, 0xd0, 0x65, 0x8b, 0x1b, 0x53, 0x2e, 0xa3,
    0x71, 0x64, 0x48, 0x97, 0xa2, 0x0d, 0xf9, 0x4e, 0x38, 0x19, 0xef, 0x46, 0xa9, 0xde, 0xac, 0xd8,
    0xa8, 0xfa, 0x76, 0x3f, 0xe3, 0x9c, 0x34, 0x3f, 0xf9, 0xdc, 0xbb, 0xc7, 0xc7, 0x0b, 0x4f, 0x1d,
    0x8a, 0x51, 0xe0, 0x4b, 0xcd, 0xb4, 0x59, 0x31, 0xc8, 0x9f, 0x7e, 0xc9, 0xd9, 0x78, 0x73, 0x64,
    0xea, 0xc5, 0xac, 0x83, 0x34, 0xd3, 0xeb, 0xc3, 0xc5, 0x81, 0xa0, 0xff, 0xfa, 0x13, 0x63, 0xeb,
    0x17, 0x0d, 0xdd, 0x51, 0xb7, 0xf0, 0xda, 0x49, 0xd3, 0x16, 0x55, 0x26, 0x29, 0xd4, 0x68, 0x9e,
    0x2b, 0x16, 0xbe, 0x58, 0x7d, 0x47, 0xa1, 0xfc, 0x8f, 0xf8, 0xb8, 0xd1, 0x7a, 0xd0, 0x31, 0xce,
    0x45, 0xcb, 0x3a, 0x8f, 0x95, 0x16, 0x04, 0x28, 0xaf, 0xd7, 0xfb, 0xca, 0xbb, 0x4b, 0x40, 0x7e,
};

typedef struct {
    uint64_t lane[8];
} Xxh3;

static void xxh3_begin(Xxh3 *state) {
    const uint64_t first[8] = {P32_3, P64_1, P64_2, P64_3, P64_4, P32_2, P64_5, P32_1};
    memcpy(state->lane, first, sizeof first);
}

INLINE uint64_t read64(const uint8_t *at) {
    uint64_t value;
    memcpy(&value, at, sizeof value);
    return value;
}

INLINE void stripe_plain(uint64_t *lane, const uint8_t *data, const uint8_t *key) {
    for (int i = 0; i < 8; i++) {
        uint64_t value = read64(data + 8 * i), mixed = value ^ read64(key + 8 * i);
        lane[i ^ 1] += value;
        lane[i] += (mixed & 0xFFFFFFFF) * (mixed >> 32);
    }
}

__attribute__((unused)) static void scramble(uint64_t *lane) {
    for (int i = 0; i < 8; i++)
        lane[i] = (lane[i] ^ (lane[i] >> 47) ^ read64(secret + SECRET - STRIPE + 8 * i)) * P32_1;
}

#ifdef X86

/* Each value is added to the neighbour of its own lane: to save a shuffle a stripe they are summed up by themselves,
   and change places once a block. */
AVX512 static void xxh3_blocks_avx512(Xxh3 *state, const uint8_t *data, size_t count) {
    __m512i lanes = _mm512_loadu_si512(state->lane), last = _mm512_loadu_si512(secret + SECRET - STRIPE);
    const __m512i prime = _mm512_set1_epi64(P32_1);
    for (; count; count--) {
        __m512i values = _mm512_setzero_si512();
#pragma GCC unroll 16
        for (int n = 0; n < BLOCK / STRIPE; n++, data += STRIPE) {
            __m512i value = _mm512_loadu_si512(data);
            __m512i mixed = _mm512_xor_si512(value, _mm512_loadu_si512(secret + 8 * n));
            __m512i product = _mm512_mul_epu32(mixed, _mm512_srli_epi64(mixed, 32));
            values = _mm512_add_epi64(values, value);
            lanes = _mm512_add_epi64(lanes, product);
        }
        lanes = _mm512_add_epi64(lanes, _mm512_shuffle_epi32(values, _MM_PERM_BADC));
        lanes = _mm512_xor_si512(_mm512_xor_si512(lanes, _mm512_srli_epi64(lanes, 47)), last);
        __m512i high = _mm512_mul_epu32(_mm512_srli_epi64(lanes, 32), prime);
        lanes = _mm512_add_epi64(_mm512_mul_epu32(lanes, prime), _mm512_slli_epi64(high, 32));
    }
    _mm512_storeu_si512(state->lane, lanes);
}

/* The same with smaller registers, PARTS of which hold the lanes. */
#define BLOCKS(NAME, TARGET, PARTS, REGISTER, PREFIX, SUFFIX)                                                          \
    TARGET static void NAME(Xxh3 *state, const uint8_t *data, size_t count) {                                          \
        REGISTER lanes[PARTS], last[PARTS];                                                                            \
        const REGISTER prime = PREFIX##set1_epi64x(P32_1);                                                             \
        for (int part = 0; part < PARTS; part++) {                                                                     \
            lanes[part] = PREFIX##loadu_##SUFFIX((const REGISTER *)state->lane + part);                                \
            last[part] = PREFIX##loadu_##SUFFIX((const REGISTER *)(secret + SECRET - STRIPE) + part);                  \
        }                                                                                                              \
        for (; count; count--) {                                                                                       \
            REGISTER values[PARTS];                                                                                    \
            for (int part = 0; part < PARTS; part++)                                                                   \
                values[part] = PREFIX##xor_##SUFFIX(lanes[part], lanes[part]);                                         \
            for (int n = 0; n < BLOCK / STRIPE; n++, data += STRIPE)                                                   \
                for (int part = 0; part < PARTS; part++) {                                                             \
                    REGISTER value = PREFIX##loadu_##SUFFIX((const REGISTER *)data + part);                            \
                    REGISTER key = PREFIX##loadu_##SUFFIX((const REGISTER *)(secret + 8 * n) + part);                  \
                    REGISTER mixed = PREFIX##xor_##SUFFIX(value, key);                                                 \
                    REGISTER product = PREFIX##mul_epu32(mixed, PREFIX##srli_epi64(mixed, 32));                        \
                    values[part] = PREFIX##add_epi64(values[part], value);                                             \
                    lanes[part] = PREFIX##add_epi64(lanes[part], product);                                             \
                }                                                                                                      \
            for (int part = 0; part < PARTS; part++) {                                                                 \
                lanes[part] = PREFIX##add_epi64(lanes[part], PREFIX##shuffle_epi32(values[part], 0x4E));               \
                REGISTER mixed = PREFIX##xor_##SUFFIX(lanes[part], PREFIX##srli_epi64(lanes[part], 47));               \
                mixed = PREFIX##xor_##SUFFIX(mixed, last[part]);                                                       \
                REGISTER high = PREFIX##mul_epu32(PREFIX##srli_epi64(mixed, 32), prime);                               \
                lanes[part] = PREFIX##add_epi64(PREFIX##mul_epu32(mixed, prime), PREFIX##slli_epi64(high, 32));        \
            }                                                                                                          \
        }                                                                                                              \
        for (int part = 0; part < PARTS; part++)                                                                       \
            PREFIX##storeu_##SUFFIX((REGISTER *)state->lane + part, lanes[part]);                                      \
    }

BLOCKS(xxh3_blocks_avx2, AVX2, 2, __m256i, _mm256_, si256)
BLOCKS(xxh3_blocks_sse2, , 4, __m128i, _mm_, si128)

#else

static void xxh3_blocks_plain(Xxh3 *state, const uint8_t *data, size_t count) {
    for (; count; count--) {
        for (int n = 0; n < BLOCK / STRIPE; n++, data += STRIPE)
            stripe_plain(state->lane, data, secret + 8 * n);
        scramble(state->lane);
    }
}

#endif

/* The next `count` blocks of 1024 bytes, none of them the last one of the content. */
static void xxh3_blocks(Xxh3 *state, const uint8_t *data, size_t count, int instructions) {
#ifdef X86
    if (instructions == WITH_AVX512) {
        xxh3_blocks_avx512(state, data, count);
        return;
    }
    if (instructions == WITH_AVX2) {
        xxh3_blocks_avx2(state, data, count);
        return;
    }
    xxh3_blocks_sse2(state, data, count);
#else
    (void)instructions;
    xxh3_blocks_plain(state, data, count);
#endif
}

static uint64_t merged(const uint64_t *lane, const uint8_t *key, uint64_t start) {
    for (int i = 0; i < 4; i++) {
        unsigned __int128 product =
            (unsigned __int128)(lane[2 * i] ^ read64(key + 16 * i)) * (lane[2 * i + 1] ^ read64(key + 16 * i + 8));
        start += (uint64_t)product ^ (uint64_t)(product >> 64);
    }
    start = (start ^ (start >> 37)) * MX1;
    return start ^ (start >> 32);
}

/* The stripes of the last block, 16 at most, the last of which may begin in the midst of the one before it. */
static void last_stripes_plain(Xxh3 *state, const uint8_t *data, size_t rest) {
    for (size_t n = 0; n < (rest - 1) / STRIPE; n++)
        stripe_plain(state->lane, data + STRIPE * n, secret + 8 * n);
    stripe_plain(state->lane, data + rest - STRIPE, secret + SECRET - STRIPE - 7);
}

#ifdef X86

AVX2 INLINE void stripe_avx2(__m256i *lanes, __m256i *values, const uint8_t *data, const uint8_t *key) {
    for (int part = 0; part < 2; part++) {
        __m256i value = _mm256_loadu_si256((const __m256i *)data + part);
        __m256i mixed = _mm256_xor_si256(value, _mm256_loadu_si256((const __m256i *)key + part));
        values[part] = _mm256_add_epi64(values[part], value);
        lanes[part] = _mm256_add_epi64(lanes[part], _mm256_mul_epu32(mixed, _mm256_srli_epi64(mixed, 32)));
    }
}

AVX2 static void last_stripes_avx2(Xxh3 *state, const uint8_t *data, size_t rest) {
    __m256i lanes[2], values[2];
    for (int part = 0; part < 2; part++) {
        lanes[part] = _mm256_loadu_si256((const __m256i *)state->lane + part);
        values[part] = _mm256_setzero_si256();
    }
    for (size_t n = 0; n < (rest - 1) / STRIPE; n++)
        stripe_avx2(lanes, values, data + STRIPE * n, secret + 8 * n);
    stripe_avx2(lanes, values, data + rest - STRIPE, secret + SECRET - STRIPE - 7);
    for (int part = 0; part < 2; part++) {
        lanes[part] = _mm256_add_epi64(lanes[part], _mm256_shuffle_epi32(values[part], 0x4E));
        _mm256_storeu_si256((__m256i *)state->lane + part, lanes[part]);
    }
}

#endif

/* What follows the whole blocks: 1 to 1024 bytes at `data`, which end a content of `size` bytes; 64 bytes before the
   end can be read. Writes the 16 bytes of the id, big endian. */
static void xxh3_end(Xxh3 *state, const uint8_t *data, size_t rest, uint64_t size, int instructions, uint8_t *id) {
#ifdef X86
    if (instructions != PLAIN)
        last_stripes_avx2(state, data, rest);
    else
#endif
        last_stripes_plain(state, data, rest);
    (void)instructions;
    uint64_t low = merged(state->lane, secret + 11, size * P64_1);
    uint64_t high = merged(state->lane, secret + SECRET - STRIPE - 11, ~(size * P64_2));
    for (int i = 0; i < 8; i++) {
        id[i] = (uint8_t)(high >> (56 - 8 * i));
        id[8 + i] = (uint8_t)(low >> (56 - 8 * i));
    }
}

#endif
