// Measures one tensor in one pass over memory, and copies it on the way where that is asked for.
//
// KIND says what the elements are: 0 unsigned, 1 signed, 2 floating point; SIZE how many bytes each has. The
// figures are those of `log/statistics.py`. All blocks measure a part; the one that ends last joins the parts, always
// in the same order, so that the same content gives the same figures bit for bit.

typedef unsigned long long u64;

#if SIZE == 1
typedef unsigned char Bits;
#elif SIZE == 2
typedef unsigned short Bits;
#elif SIZE == 4
typedef unsigned int Bits;
#else
typedef u64 Bits;
#endif

#define WIDE (KIND == 2 && SIZE == 8)  // only squares of these can leave the range of a double
#define LARGE 0x1p450
#define SMALL 0x1p-300
#define STEP 0x1p600

// What was found in some of the elements. The moments are those of value * STEP ** -scale.
struct Tally {
    u64 count;  // finite elements
    u64 nan, pos_inf, neg_inf, zeros;
    u64 sum, mixed;  // of the fingerprint
    double low, high;
    double start, offset;  // the mean is start + offset: apart, they keep the digits that lie below those of start
    double deviations, squares;
    int scale;
};

// As the log has it (schema.TENSOR_STATISTICS), and behind it the fingerprint of the bytes.
struct Measured {
    u64 size;
    double low, high, mean, std, l2;
    unsigned int nan, pos_inf, neg_inf, zeros;
    u64 sum, mixed;
};

__device__ double infinity() { return __longlong_as_double(0x7FF0000000000000LL); }

#if KIND == 2 && SIZE == 2
__device__ double value_of(Bits bits) {
    int exponent = bits >> 10 & 31;
    double fraction = bits & 1023;
    double size;
    if (exponent == 31) {
        size = fraction ? __longlong_as_double(0x7FF8000000000000LL) : infinity();
    } else if (exponent == 0) {
        size = fraction * 0x1p-24;
    } else {
        size = (fraction + 1024) * __longlong_as_double((long long)(exponent - 25 + 1023) << 52);
    }
    return bits >> 15 ? -size : size;
}
#elif KIND == 2 && SIZE == 4
__device__ double value_of(Bits bits) { return (double)__int_as_float((int)bits); }
#elif KIND == 2
__device__ double value_of(Bits bits) { return __longlong_as_double((long long)bits); }
#elif KIND == 1 && SIZE == 1
__device__ double value_of(Bits bits) { return (double)(signed char)bits; }
#elif KIND == 1 && SIZE == 2
__device__ double value_of(Bits bits) { return (double)(short)bits; }
#elif KIND == 1 && SIZE == 4
__device__ double value_of(Bits bits) { return (double)(int)bits; }
#elif KIND == 1
__device__ double value_of(Bits bits) { return (double)(long long)bits; }
#else
__device__ double value_of(Bits bits) { return (double)bits; }
#endif

// Every bit of z depends on every bit that came in (the finalizer of MurmurHash3, which is in the public domain).
__device__ u64 scrambled(u64 z) {
    z = (z ^ z >> 33) * 0xFF51AFD7ED558CCDULL;
    z = (z ^ z >> 33) * 0xC4CEB9FE1A85EC53ULL;
    return z ^ z >> 33;
}

__device__ void clear(Tally *t) {
    t->count = t->nan = t->pos_inf = t->neg_inf = t->zeros = t->sum = t->mixed = 0;
    t->low = infinity();
    t->high = -infinity();
    t->start = t->offset = t->deviations = t->squares = 0;
    t->scale = 0;
}

#if WIDE
__device__ void rescale(Tally *t, int scale) {
    for (; t->scale < scale; t->scale++) {
        t->start *= 1 / STEP;
        t->offset *= 1 / STEP;
        t->deviations = t->deviations * (1 / STEP) * (1 / STEP);
        t->squares = t->squares * (1 / STEP) * (1 / STEP);
    }
}
#endif

// Chan, Golub, LeVeque 1979: the deviations of two parts from their common mean.
__device__ void join(Tally *t, Tally *other) {
    t->nan += other->nan;
    t->pos_inf += other->pos_inf;
    t->neg_inf += other->neg_inf;
    t->zeros += other->zeros;
    t->sum += other->sum;
    t->mixed += other->mixed;
    if (!other->count) return;
    if (!t->count) {
        t->count = other->count;
        t->low = other->low;
        t->high = other->high;
        t->start = other->start;
        t->offset = other->offset;
        t->deviations = other->deviations;
        t->squares = other->squares;
        t->scale = other->scale;
        return;
    }
#if WIDE
    rescale(t, other->scale);
    rescale(other, t->scale);
#endif
    double mine = (double)t->count, its = (double)other->count, both = mine + its;
    double off = (other->start - t->start) + (other->offset - t->offset);
    t->count += other->count;
    t->offset += off * (its / both);
    t->deviations += other->deviations + off * off * (mine * its / both);
    t->squares += other->squares;
    if (other->low < t->low) t->low = other->low;
    if (other->high > t->high) t->high = other->high;
}

// The tally of all threads of this block, in shared[0].
__device__ void join_block(Tally *shared) {
    for (int half = THREADS / 2; half; half /= 2) {
        __syncthreads();
        if (threadIdx.x < half) join(shared + threadIdx.x, shared + threadIdx.x + half);
    }
    __syncthreads();
}

// What one thread meets on its way: every `step`-th element.
__device__ void measure_some(const Bits *from, Bits *to, u64 size, u64 first, u64 step, Tally *t) {
    // Deviations are taken from the first finite element: as it is one of them, they keep their digits.
    double from_first = 0, squares_from_first = 0;
    u64 place = (first + 1) * 0x9E3779B97F4A7C15ULL;
#if WIDE
    double factor = STEP;
    t->scale = -1;
#endif
    for (u64 i = first; i < size; i += step) {
        Bits bits = from[i];
        if (to) to[i] = bits;
        u64 z = scrambled((u64)bits ^ place);
        place += step * 0x9E3779B97F4A7C15ULL;
        t->sum += z;
        z *= 0xD6E8FEB86659FD93ULL;
        t->mixed += z ^ z >> 32;
        double x = value_of(bits);
#if KIND == 2
        if (!(x - x == 0)) {
            if (x != x) t->nan++;
            else if (x > 0) t->pos_inf++;
            else t->neg_inf++;
            continue;
        }
#endif
        if (x == 0) t->zeros++;
        if (x < t->low) t->low = x;
        if (x > t->high) t->high = x;
#if WIDE
        double magnitude = x < 0 ? -x : x;
        int scale = magnitude > LARGE ? 1 : magnitude > SMALL ? 0 : -1;
        for (; t->scale < scale; t->scale++) {
            factor /= STEP;
            t->start *= 1 / STEP;
            from_first *= 1 / STEP;
            squares_from_first = squares_from_first * (1 / STEP) * (1 / STEP);
            t->squares = t->squares * (1 / STEP) * (1 / STEP);
        }
        x *= factor;
#endif
        if (!t->count++) t->start = x;
        t->squares += x * x;
        x -= t->start;
        from_first += x;
        squares_from_first += x * x;
    }
    if (!t->count) return;
    double count = (double)t->count;
    t->offset = from_first / count;
    t->deviations = squares_from_first - from_first * (from_first / count);
    if (t->deviations < 0) t->deviations = 0;
}

__device__ unsigned int counted(u64 count) { return count < 0xFFFFFFFFULL ? (unsigned int)count : 0xFFFFFFFFU; }

__device__ void write(const Tally *t, u64 size, Measured *out) {
    double unit = t->scale < 0 ? 1 / STEP : t->scale > 0 ? STEP : 1;
    double nothing = infinity() - infinity();
    double mean = (t->start + t->offset) * unit;
    if (mean < t->low) mean = t->low;  // rounding must not put the mean outside the values
    if (mean > t->high) mean = t->high;
    out->size = size;
    out->low = t->count ? t->low : nothing;
    out->high = t->count ? t->high : nothing;
    out->mean = t->count ? mean : nothing;
    out->std = t->count ? sqrt(t->deviations / (double)t->count) * unit : nothing;
    out->l2 = t->count ? sqrt(t->squares) * unit : nothing;
    out->nan = counted(t->nan);
    out->pos_inf = counted(t->pos_inf);
    out->neg_inf = counted(t->neg_inf);
    out->zeros = counted(t->zeros);
    out->sum = t->sum;
    out->mixed = t->mixed;
}

// from: the elements, in C order. to: where they are copied to, or 0. out: where the figures go. parts: one Tally a
// block, and behind them a counter that is zero before and after.
extern "C" __global__ void measure(const Bits *from, Bits *to, u64 size, Measured *out, Tally *parts) {
    __shared__ Tally shared[THREADS];
    __shared__ bool last;
    unsigned int *ended = (unsigned int *)(parts + BLOCKS);
    Tally mine;
    clear(&mine);
    measure_some(from, to, size, (u64)blockIdx.x * THREADS + threadIdx.x, (u64)gridDim.x * THREADS, &mine);
    shared[threadIdx.x] = mine;
    join_block(shared);
    if (threadIdx.x == 0) {
        parts[blockIdx.x] = shared[0];
        __threadfence();
        last = atomicAdd(ended, 1U) == gridDim.x - 1;
        __threadfence();  // what the other blocks wrote before they counted is seen from here on
    }
    __syncthreads();
    if (!last) return;
    __threadfence();
    clear(&mine);
    for (unsigned int block = threadIdx.x; block < gridDim.x; block += THREADS) {
        Tally part = parts[block];
        join(&mine, &part);
    }
    shared[threadIdx.x] = mine;
    join_block(shared);
    if (threadIdx.x == 0) {
        write(&shared[0], size, out);
        *ended = 0;
    }
}
