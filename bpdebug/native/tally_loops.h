/* Loops over the elements of one stretch of memory, which fetch the next one into cache meanwhile. Included once for each instruction set, with

   TARGET       its attribute,
   NAMED(name)  the name that `name` has there,
   WIDTH        doubles in a register,
   AT_ONCE      registers that are worked on independently of each other,
   ON_LANES(f)  the intrinsic `f` for such registers; of two lanes one of which is NaN min and max give the second,
   WIDENED(at)  as many floats from there as there are doubles in a register, as doubles. */

typedef double NAMED(doubles) __attribute__((vector_size(8 * WIDTH)));
typedef int64_t NAMED(whether) __attribute__((vector_size(8 * WIDTH)));
typedef float NAMED(floats) __attribute__((vector_size(8 * WIDTH)));
typedef int32_t NAMED(whether_floats) __attribute__((vector_size(8 * WIDTH)));

TARGET static void NAMED(sums_float)(const uint8_t *data, size_t count, Sums *sums) {
    enum { LANES = 2 * WIDTH };
    NAMED(floats) low[AT_ONCE], high[AT_ONCE];
    NAMED(doubles) sum[2 * AT_ONCE], squares[2 * AT_ONCE];
    NAMED(whether_floats) zeros[AT_ONCE];
    const float *from = (const float *)data;
    float value;
    memcpy(&value, from, sizeof value);
    *sums = (Sums){value, value, 0, 0, 0};
    for (int u = 0; u < AT_ONCE; u++) {
        low[u] = high[u] = (NAMED(floats)){0} + value;
        zeros[u] = (NAMED(whether_floats)){0};
    }
    for (int h = 0; h < 2 * AT_ONCE; h++)
        sum[h] = squares[h] = (NAMED(doubles)){0};
    size_t i = 0;
    for (; i + LANES * AT_ONCE <= count; i += LANES * AT_ONCE)
        for (int u = 0; u < AT_ONCE; u++) {
            NAMED(floats) x;
            memcpy(&x, from + i + LANES * u, sizeof x);
            __builtin_prefetch(data + (i + LANES * u) * sizeof value + STRETCH);
            low[u] = ON_LANES(min_ps)(x, low[u]);
            high[u] = ON_LANES(max_ps)(x, high[u]);
            zeros[u] -= (NAMED(whether_floats))(x == 0);
            for (int h = 0; h < 2; h++) {
                NAMED(doubles) wide = WIDENED(from + i + LANES * u + WIDTH * h);
                sum[2 * u + h] += wide;
                squares[2 * u + h] += wide * wide;
            }
        }
    for (; i < count; i++) {
        memcpy(&value, from + i, sizeof value);
        add_to_sums(sums, value);
    }
    for (int u = 1; u < AT_ONCE; u++) {
        low[0] = ON_LANES(min_ps)(low[u], low[0]);
        high[0] = ON_LANES(max_ps)(high[u], high[0]);
        zeros[0] += zeros[u];
    }
    for (int h = 1; h < 2 * AT_ONCE; h++) {
        sum[0] += sum[h];
        squares[0] += squares[h];
    }
    for (int k = 0; k < LANES; k++) {
        sums->low = low[0][k] < sums->low ? low[0][k] : sums->low;
        sums->high = high[0][k] > sums->high ? high[0][k] : sums->high;
        sums->zeros += (uint64_t)zeros[0][k];
    }
    for (int k = 0; k < WIDTH; k++) {
        sums->sum += sum[0][k];
        sums->squares += squares[0][k];
    }
}

#define SUMS(T)                                                                                                        \
    typedef T NAMED(lanes_##T) __attribute__((vector_size(WIDTH * sizeof(T))));                                        \
                                                                                                                       \
    TARGET static void NAMED(sums_##T)(const uint8_t *data, size_t count, Sums *sums) {                                \
        NAMED(doubles) low[AT_ONCE], high[AT_ONCE], sum[AT_ONCE], squares[AT_ONCE];                                    \
        NAMED(whether) zeros[AT_ONCE];                                                                                 \
        T first;                                                                                                       \
        memcpy(&first, data, sizeof first);                                                                            \
        for (int u = 0; u < AT_ONCE; u++) {                                                                            \
            low[u] = high[u] = (NAMED(doubles)){0} + (double)first;                                                    \
            sum[u] = squares[u] = (NAMED(doubles)){0};                                                                 \
            zeros[u] = (NAMED(whether)){0};                                                                            \
        }                                                                                                              \
        size_t i = 0;                                                                                                  \
        for (; i + WIDTH * AT_ONCE <= count; i += WIDTH * AT_ONCE)                                                     \
            for (int u = 0; u < AT_ONCE; u++) {                                                                        \
                NAMED(lanes_##T) lanes;                                                                                \
                memcpy(&lanes, data + (i + WIDTH * u) * sizeof(T), sizeof lanes);                                      \
                __builtin_prefetch(data + (i + WIDTH * u) * sizeof(T) + STRETCH);                                      \
                NAMED(doubles) x = __builtin_convertvector(lanes, NAMED(doubles));                                     \
                low[u] = ON_LANES(min_pd)(x, low[u]);                                                                  \
                high[u] = ON_LANES(max_pd)(x, high[u]);                                                                \
                sum[u] += x;                                                                                           \
                squares[u] += x * x;                                                                                   \
                zeros[u] -= (NAMED(whether))(x == 0);                                                                  \
            }                                                                                                          \
        *sums = (Sums){(double)first, (double)first, 0, 0, 0};                                                         \
        for (; i < count; i++) {                                                                                       \
            T value;                                                                                                   \
            memcpy(&value, data + i * sizeof(T), sizeof value);                                                        \
            add_to_sums(sums, (double)value);                                                                          \
        }                                                                                                              \
        for (int u = 0; u < AT_ONCE; u++)                                                                              \
            for (int k = 0; k < WIDTH; k++) {                                                                          \
                sums->low = low[u][k] < sums->low ? low[u][k] : sums->low;                                             \
                sums->high = high[u][k] > sums->high ? high[u][k] : sums->high;                                        \
                sums->sum += sum[u][k];                                                                                \
                sums->squares += squares[u][k];                                                                        \
                sums->zeros += (uint64_t)zeros[u][k];                                                                  \
            }                                                                                                          \
    }

SUMS(double)
SUMS(uint8_t)
SUMS(int32_t)
SUMS(int64_t)

#undef SUMS
#undef TARGET
#undef NAMED
#undef WIDTH
#undef AT_ONCE
#undef ON_LANES
#undef WIDENED
