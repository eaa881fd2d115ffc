/* XXH3-128 of up to 240 bytes, seed 0; see xxh3.h. */
#ifndef BPDEBUG_XXH3_SHORT_H
#define BPDEBUG_XXH3_SHORT_H

#include "xxh3.h"

typedef struct {
    uint64_t low, high;
} Two;

INLINE uint32_t read32(const uint8_t *at) {
    uint32_t value;
    memcpy(&value, at, sizeof value);
    return value;
}

INLINE Two product(uint64_t a, uint64_t b) {
    unsigned __int128 whole = (unsigned __int128)a * b;
    return (Two){(uint64_t)whole, (uint64_t)(whole >> 64)};
}

/* How the specification finishes 64 bits: the way of XXH3, and that of XXH64. */
INLINE uint64_t finished(uint64_t x) {
    x = (x ^ (x >> 37)) * MX1;
    return x ^ (x >> 32);
}

INLINE uint64_t finished_64(uint64_t x) {
    x = (x ^ (x >> 33)) * P64_2;
    x = (x ^ (x >> 29)) * P64_3;
    return x ^ (x >> 32);
}

/* 1 to 3 bytes. */
INLINE Two id_of_3(const uint8_t *data, size_t size) {
    uint32_t first = data[0], middle = data[size / 2], last = data[size - 1];
    uint32_t low = last | (uint32_t)size << 8 | first << 16 | middle << 24, high = __builtin_bswap32(low);
    high = high << 13 | high >> 19;
    return (Two){finished_64(low ^ (uint64_t)(read32(secret) ^ read32(secret + 4))),
                 finished_64(high ^ (uint64_t)(read32(secret + 8) ^ read32(secret + 12)))};
}

/* 4 to 8 bytes. */
INLINE Two id_of_8(const uint8_t *data, size_t size) {
    uint64_t both = read32(data) | (uint64_t)read32(data + size - 4) << 32;
    Two id = product(both ^ read64(secret + 16) ^ read64(secret + 24), P64_1 + (size << 2));
    id.high += id.low << 1;
    id.low ^= id.high >> 3;
    id.low = (id.low ^ (id.low >> 35)) * 0x9FB21C651E98DF25U;
    return (Two){id.low ^ (id.low >> 28), finished(id.high)};
}

/* 9 to 16 bytes. */
INLINE Two id_of_16(const uint8_t *data, size_t size) {
    uint64_t first = read64(data), last = read64(data + size - 8);
    Two mixed = product(first ^ last ^ read64(secret + 32) ^ read64(secret + 40), P64_1);
    mixed.low += (uint64_t)(size - 1) << 54;
    last ^= read64(secret + 48) ^ read64(secret + 56);
    mixed.high += last + (last & 0xFFFFFFFF) * (P32_2 - 1);
    mixed.low ^= __builtin_bswap64(mixed.high);
    Two id = product(mixed.low, P64_2);
    id.high += mixed.high * P64_2;
    return (Two){finished(id.low), finished(id.high)};
}

INLINE uint64_t mixed_16(const uint8_t *data, const uint8_t *key) {
    Two whole = product(read64(data) ^ read64(key), read64(data + 8) ^ read64(key + 8));
    return whole.low ^ whole.high;
}

INLINE void mix_32(Two *sums, const uint8_t *one, const uint8_t *other, const uint8_t *key) {
    sums->low = (sums->low + mixed_16(one, key)) ^ (read64(other) + read64(other + 8));
    sums->high = (sums->high + mixed_16(other, key + 16)) ^ (read64(one) + read64(one + 8));
}

INLINE Two id_of_sums(Two sums, size_t size) {
    return (Two){finished(sums.low + sums.high),
                 -finished(sums.low * P64_1 + sums.high * P64_4 + (uint64_t)size * P64_2)};
}

/* 17 to 128 bytes: from both ends to the middle. */
static Two id_of_128(const uint8_t *data, size_t size) {
    Two sums = {size * P64_1, 0};
    for (size_t i = (size - 1) / 32 + 1; i-- > 0;)
        mix_32(&sums, data + 16 * i, data + size - 16 * (i + 1), secret + 32 * i);
    return id_of_sums(sums, size);
}

/* 129 to 240 bytes. */
static Two id_of_240(const uint8_t *data, size_t size) {
    Two sums = {size * P64_1, 0};
    size_t at = 0;
    for (; at < 128; at += 32)
        mix_32(&sums, data + at, data + at + 16, secret + at);
    sums = (Two){finished(sums.low), finished(sums.high)};
    for (; at + 32 <= size; at += 32)
        mix_32(&sums, data + at, data + at + 16, secret + 3 + at - 128);
    mix_32(&sums, data + size - 16, data + size - 32, secret + 136 - 17 - 16);
    return id_of_sums(sums, size);
}

/* Writes the 16 bytes of the id, big endian. */
static void xxh3_short(const uint8_t *data, size_t size, uint8_t *id) {
    Two found;
    if (size > 128)
        found = id_of_240(data, size);
    else if (size > 16)
        found = id_of_128(data, size);
    else if (size > 8)
        found = id_of_16(data, size);
    else if (size > 3)
        found = id_of_8(data, size);
    else if (size)
        found = id_of_3(data, size);
    else
        found = (Two){finished_64(read64(secret + 64) ^ read64(secret + 72)),
                      finished_64(read64(secret + 80) ^ read64(secret + 88))};
    found = (Two){__builtin_bswap64(found.low), __builtin_bswap64(found.high)};
    memcpy(id, &found.high, 8);
    memcpy(id + 8, &found.low, 8);
}

#endif
