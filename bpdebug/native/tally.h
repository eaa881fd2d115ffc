/* Size, extremes, mean, standard deviation, L2 norm and counts of what isn't finite or is zero, in one pass over memory.

   Everything is added up in double precision, in stretches that stay in the first cache; a stretch whose mean hides its
   deviations, or that holds what isn't finite, is looked at once more. */
#ifndef BPDEBUG_TALLY_H
#define BPDEBUG_TALLY_H

#include <math.h>

#include "lanes.h"

typedef enum { OF_FLOAT, OF_DOUBLE, OF_UINT8, OF_INT32, OF_INT64, KINDS } Kind;
enum { STRETCH = 16 << 10 }; /* bytes that are gone through at a time: they stay in the first cache */
static const size_t item_size[KINDS] = {4, 8, 1, 4, 8};

typedef struct {
    double low, high, sum, squares;
    uint64_t zeros;
} Sums;

INLINE void add_to_sums(Sums *sums, double x) {
    sums->low = x < sums->low ? x : sums->low;
    sums->high = x > sums->high ? x : sums->high;
    sums->sum += x;
    sums->squares += x * x;
    sums->zeros += x == 0;
}

typedef void (*SumsOf)(const uint8_t *data, size_t count, Sums *sums);

#ifdef X86
#define WIDTH 2
#define AT_ONCE 2
#define TARGET
#define NAMED(name) name##_plain
#define ON_LANES(f) _mm_##f
#define WIDENED(at) _mm_cvtps_pd(_mm_castsi128_ps(_mm_loadl_epi64((const __m128i *)(at))))
#include "tally_loops.h"

#define WIDTH 4
#define AT_ONCE 2
#define TARGET AVX2
#define NAMED(name) name##_avx2
#define ON_LANES(f) _mm256_##f
#define WIDENED(at) _mm256_cvtps_pd(_mm_loadu_ps(at))
#include "tally_loops.h"

#define WIDTH 8
#define AT_ONCE 2
#define TARGET AVX512
#define NAMED(name) name##_avx512
#define ON_LANES(f) _mm512_##f
#define WIDENED(at) _mm512_cvtps_pd(_mm256_loadu_ps(at))
#include "tally_loops.h"

#define EACH(T) {sums_##T##_plain, sums_##T##_avx2, sums_##T##_avx512}
#else
typedef float portable_floats __attribute__((vector_size(16)));
typedef double portable_doubles __attribute__((vector_size(16)));
#define PORTABLE(name, lanes, count, chosen)                                                                           \
    INLINE lanes portable_##name(lanes a, lanes b) {                                                                   \
        for (int k = 0; k < count; k++)                                                                                \
            a[k] = a[k] chosen b[k] ? a[k] : b[k];                                                                     \
        return a;                                                                                                      \
    }
PORTABLE(min_ps, portable_floats, 4, <)
PORTABLE(max_ps, portable_floats, 4, >)
PORTABLE(min_pd, portable_doubles, 2, <)
PORTABLE(max_pd, portable_doubles, 2, >)

#define WIDTH 2
#define AT_ONCE 2
#define TARGET
#define NAMED(name) name##_plain
#define ON_LANES(f) portable_##f
#define WIDENED(at) ((doubles_plain){(double)(at)[0], (double)(at)[1]})
#include "tally_loops.h"

#define EACH(T) {sums_##T##_plain}
#endif

static const SumsOf sums_of[KINDS][3] = {EACH(float), EACH(double), EACH(uint8_t), EACH(int32_t), EACH(int64_t)};

/* What is known of the elements so far. `count` are finite. */
typedef struct {
    uint64_t size, count, nan, pos_inf, neg_inf, zeros;
    double low, high, mean, deviations, squares;
} Tally;

/* A record of tensors.stats. */
typedef struct {
    uint64_t size;
    double low, high, mean, std, l2;
    uint32_t nan, pos_inf, neg_inf, zeros;
} Record;

static void tally_begin(Tally *tally) {
    *tally = (Tally){.low = INFINITY, .high = -INFINITY};
}

static double element(Kind kind, const uint8_t *data, size_t i) {
    union {
        float single;
        double value;
        int32_t whole;
        int64_t long_whole;
    } it;
    memcpy(&it, data + i * item_size[kind], item_size[kind]);
    switch (kind) {
    case OF_FLOAT:
        return it.single;
    case OF_DOUBLE:
        return it.value;
    case OF_INT32:
        return it.whole;
    case OF_INT64:
        return (double)it.long_whole;
    default:
        return data[i];
    }
}

/* Takes a part with these sums to what was there: Chan, Golub, LeVeque 1979. */
static void tally_part(Tally *tally, const Sums *sums, uint64_t count, double mean, double deviations) {
    double before = (double)tally->count, off = mean - tally->mean;
    tally->count += count;
    tally->mean += off * (double)count / (double)tally->count;
    tally->deviations += deviations + off * off * before * (double)count / (double)tally->count;
    tally->squares += sums->squares;
    tally->low = sums->low < tally->low ? sums->low : tally->low;
    tally->high = sums->high > tally->high ? sums->high : tally->high;
}

/* The same as `tally_sums`, element by element, where some may not be finite or the mean hides the deviations. */
static void tally_odd_stretch(Tally *tally, Kind kind, const uint8_t *data, size_t count) {
    Sums sums = {INFINITY, -INFINITY, 0, 0, 0};
    uint64_t finite = 0;
    for (size_t i = 0; i < count; i++) {
        double x = element(kind, data, i);
        if (isfinite(x)) {
            add_to_sums(&sums, x);
            finite++;
        } else if (isnan(x))
            tally->nan++;
        else if (x > 0)
            tally->pos_inf++;
        else
            tally->neg_inf++;
    }
    tally->size += count;
    tally->zeros += sums.zeros;
    if (!finite)
        return;
    double mean = sums.low == sums.high ? sums.low : sums.sum / (double)finite, deviations = 0;
    for (size_t i = 0; i < count; i++) {
        double off = element(kind, data, i) - mean;
        if (isfinite(off))
            deviations += off * off;
    }
    tally_part(tally, &sums, finite, mean, deviations);
}

/* The next `count` elements, at least one, whose sums are these. */
static void tally_sums(Tally *tally, Kind kind, Sums *sums, const uint8_t *data, size_t count) {
    double mean = sums->sum / (double)count, deviations = sums->squares - sums->sum * mean;
    if (isfinite(sums->squares) && sums->low == sums->high) {
        mean = sums->low;
        sums->squares = mean * mean * (double)count;
        deviations = 0;
    } else if (!(isfinite(sums->squares) && deviations >= 1e-6 * sums->squares)) {
        tally_odd_stretch(tally, kind, data, count);
        return;
    }
    tally->size += count;
    tally->zeros += sums->zeros;
    tally_part(tally, sums, count, mean, deviations);
}

/* The next `count` elements, at least one; few enough to stay in cache. */
static void tally_stretch(Tally *tally, Kind kind, int instructions, const uint8_t *data, size_t count) {
    Sums sums;
    sums_of[kind][instructions](data, count, &sums);
    tally_sums(tally, kind, &sums, data, count);
}

static uint32_t saturated(uint64_t count) {
    return count > UINT32_MAX ? UINT32_MAX : (uint32_t)count;
}

/* Whether the record is right: false where squares have left the range of doubles on the way. */
static int tally_record(const Tally *tally, Record *record) {
    double low = tally->low, high = tally->high, mean = tally->mean;
    *record = (Record){tally->size, NAN, NAN, NAN, NAN, NAN, saturated(tally->nan), saturated(tally->pos_inf),
                       saturated(tally->neg_inf), saturated(tally->zeros)};
    if (!tally->count)
        return 1;
    record->low = low;
    record->high = high;
    double largest = fmax(fabs(low), fabs(high));
    if (low == high) {
        record->mean = low;
        record->std = 0;
        record->l2 = largest * sqrt((double)tally->count);
        return 1;
    }
    record->mean = fmin(fmax(mean, low), high);
    record->std = sqrt(tally->deviations / (double)tally->count);
    record->l2 = sqrt(tally->squares);
    return 1e-140 <= largest && largest <= 1e140;
}

#endif
