// What measure.cu needs of CUDA, on the host: the threads of a block are threads, its blocks run one after the other.
// Behind it comes measure.cu once for each kind of elements, in a namespace of its own, and `RUN(namespace)`.
#include <atomic>
#include <barrier>
#include <cmath>
#include <cstring>
#include <thread>
#include <vector>

#define __device__ static
#define __global__
#define __shared__ static

struct Index { unsigned int x; };
static thread_local Index threadIdx;
static Index blockIdx, gridDim;
static std::barrier<> *block_barrier;

static void __syncthreads() { block_barrier->arrive_and_wait(); }
static void __threadfence() { std::atomic_thread_fence(std::memory_order_seq_cst); }
static unsigned int atomicAdd(unsigned int *where, unsigned int more) { return __atomic_fetch_add(where, more, __ATOMIC_SEQ_CST); }
static double __longlong_as_double(long long bits) { double x; memcpy(&x, &bits, 8); return x; }
static float __int_as_float(int bits) { float x; memcpy(&x, &bits, 4); return x; }

using std::sqrt;

template <class Kernel>
static void run_blocks(unsigned int blocks, Kernel kernel) {
    gridDim.x = blocks;
    // The last block first: in which order blocks end must not matter.
    for (unsigned int block = blocks; block--;) {
        blockIdx.x = block;
        std::barrier<> barrier(THREADS);
        block_barrier = &barrier;
        std::vector<std::thread> threads;
        for (unsigned int i = 0; i < THREADS; i++)
            threads.emplace_back([=] { threadIdx.x = i; kernel(); });
        for (auto &thread : threads) thread.join();
    }
}

#define RUN(name) \
    static_assert(sizeof(name::Measured) == 80 && sizeof(name::Tally) == TALLY_BYTES); \
    extern "C" void run_##name(unsigned int blocks, const name::Bits *from, name::Bits *to, unsigned long long size, \
                               name::Measured *out, name::Tally *parts) { \
        run_blocks(blocks, [=] { name::measure_##name(from, to, size, out, parts); }); \
    }
