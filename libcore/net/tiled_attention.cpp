// Compiled with -fopenmp: at::parallel_for is serial without (CMakeLists.txt).
#include "libcore/net/tiled_attention.hpp"

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <ATen/native/CPUBlas.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>
#include <vector>

#include "libcore/net/attention_loops.hpp"
#include "libcore/net/block_products.hpp"
#include "libcore/net/turns.hpp"

namespace tn {
namespace {

namespace blas = at::native::cpublas;

// Block sides, so that a block of energies and what it is multiplied with stay in the second-level cache.
constexpr std::int64_t kForwardQueries = 128, kForwardKeys = 256;
constexpr std::int64_t kBackwardQueries = 256, kBackwardKeys = 128;

std::int64_t round_up(std::int64_t value, std::int64_t to) {
  return (value + to - 1) / to * to;
}
std::int64_t blocks_of(std::int64_t count, std::int64_t block) {
  return (count + block - 1) / block;
}

// One image's tokens: `rows` of `width` elements, `stride` apart.
template <typename T>
struct Tokens {
  const T* data;
  std::int64_t rows, width, stride;

  Tokens part(std::int64_t first, std::int64_t count) const {
    return {data + first * stride, std::min(count, rows - first), width, stride};
  }
};

template <typename T>
Tokens<T> tokens_of(const at::Tensor& tensor, std::int64_t image) {
  return {tensor.const_data_ptr<T>() + image * tensor.stride(0), tensor.size(1), tensor.size(2),
          tensor.stride(1)};
}

// Left side: plain rows of `width` elements, zero-padded.
template <typename T>
void pack_left(const Tokens<T>& from, std::int64_t width, T* to) {
  for (std::int64_t r = 0; r < from.rows; ++r) {
    std::copy_n(from.data + r * from.stride, from.width, to + r * width);
    std::fill(to + r * width + from.width, to + (r + 1) * width, T(0));
  }
}

// Left side from the transpose: `rows` rows of `width` elements.
template <typename T>
void pack_left_transposed(const Tokens<T>& from, std::int64_t rows, std::int64_t width, T* to) {
  std::fill(to, to + rows * width, T(0));
  for (std::int64_t r = 0; r < from.rows; ++r)
    for (std::int64_t c = 0; c < from.width; ++c) to[c * width + r] = from.data[r * from.stride + c];
}

// Right side: tokens are its rows; `depth` rows of `width` columns, zero-padded.
template <typename T>
void pack_right(const Tokens<T>& from, std::int64_t depth, std::int64_t width, T* to) {
  std::fill(to, to + depth * width, T(0));
  for (std::int64_t k = 0; k < from.rows; ++k) {
    const T* row = from.data + k * from.stride;
    for (std::int64_t n = 0; n < from.width; ++n) to[in_right_side<T>(k, n, width)] = row[n];
  }
}

// Right side: tokens are its columns; `depth` rows of `width` columns, zero-padded.
template <typename T>
void pack_right_transposed(const Tokens<T>& from, std::int64_t depth, std::int64_t width, T* to) {
  std::fill(to, to + depth * width, T(0));
  for (std::int64_t n = 0; n < from.rows; ++n)
    for (std::int64_t k = 0; k < from.width; ++k)
      to[in_right_side<T>(k, n, width)] = from.data[n * from.stride + k];
}

// out[rows][columns] (+)= left[rows][depth] right[depth][columns], all packed, in float32.
template <typename T>
void multiply(std::int64_t rows, std::int64_t columns, std::int64_t depth, const T* left, const T* right,
              float* out, bool add) {
  blas::brgemm(rows, columns, depth, depth, columns, columns, add, left, right, out, kRightGroup<T> == 2);
}

template <typename T>
void softmax_step(const AttentionLoops& loops, const float* energies, std::int64_t rows, std::int64_t width,
                  float* maxima, float* sums, float* factors, T* probabilities) {
  if constexpr (kRightGroup<T> == 2)
    loops.softmax_step_half(energies, rows, width, maxima, sums, factors,
                            reinterpret_cast<std::uint16_t*>(probabilities));
  else
    loops.softmax_step(energies, rows, width, maxima, sums, factors, probabilities);
}

struct Shape {
  std::int64_t images, queries, keys, depth, width;  // N, L, M, D, C
};

Shape shape_of(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value) {
  return {query.size(0), query.size(1), key.size(1), query.size(2), value.size(2)};
}

// `work(task)` for every task, on all threads; releases what the products hold of the processor afterwards.
template <typename Work>
void on_all_threads(std::int64_t tasks, const Work& work) {
  in_turns(tasks, [&](Turns& turns) {
    while (const auto task = turns.next()) work(*task);
    blas::brgemm_release();
  });
}

// ---- forward ----

template <typename T>
struct Forward {
  Forward(const at::Tensor& query_given, const at::Tensor& key_given, const at::Tensor& value_given)
      : query(query_given), key(key_given), value(value_given), shape(shape_of(query, key, value)) {}

  const at::Tensor &query, &key, &value;
  Shape shape;
  std::int64_t depth = round_up(shape.depth, kRightGroup<T>);
  std::int64_t width = round_up(shape.width, kLanes);
  std::int64_t padded_keys = round_up(shape.keys, kLanes);
  std::int64_t key_blocks = blocks_of(shape.keys, kForwardKeys);
  at::Tensor keys_t,
      values;  // right sides, block after block: [N, padded keys, depth], [N, padded keys, width]

  std::int64_t block_width(std::int64_t block) const {
    return std::min(kForwardKeys, padded_keys - block * kForwardKeys);
  }

  void pack() {
    keys_t = at::empty({shape.images, padded_keys * depth}, query.options());
    values = at::empty({shape.images, padded_keys * width}, query.options());
    on_all_threads(shape.images * key_blocks, [&](std::int64_t task) {
      const std::int64_t image = task / key_blocks, first = task % key_blocks * kForwardKeys;
      const std::int64_t count = block_width(task % key_blocks);
      pack_right_transposed(tokens_of<T>(key, image).part(first, count), depth, count,
                            keys_t.data_ptr<T>() + (image * padded_keys + first) * depth);
      pack_right(tokens_of<T>(value, image).part(first, count), count, width,
                 values.data_ptr<T>() + (image * padded_keys + first) * width);
    });
  }

  // out: [N,L,C]; log_sums: [N,L], the logarithm of each row's sum of exponentials.
  void run(at::Tensor& out, at::Tensor& log_sums) {
    pack();
    const std::int64_t query_blocks = blocks_of(shape.queries, kForwardQueries);
    const AttentionLoops& loops = attention_loops();
    in_turns(shape.images * query_blocks, [&](Turns& turns) {
      std::vector<T> left(static_cast<std::size_t>(kForwardQueries * depth));
      std::vector<T> probabilities(static_cast<std::size_t>(kForwardQueries * kForwardKeys));
      std::vector<float> energies(probabilities.size());
      std::vector<float> sum_of_values(static_cast<std::size_t>(kForwardQueries * width));
      std::vector<float> maxima(kForwardQueries), sums(kForwardQueries), factors(kForwardQueries);
      while (const auto task = turns.next()) {
        const std::int64_t image = *task / query_blocks, start = *task % query_blocks * kForwardQueries;
        const Tokens<T> queries = tokens_of<T>(query, image).part(start, kForwardQueries);
        const std::int64_t rows = queries.rows;
        pack_left(queries, depth, left.data());
        std::fill(maxima.begin(), maxima.end(), -std::numeric_limits<float>::infinity());
        std::fill(sums.begin(), sums.end(), 0.0F);
        for (std::int64_t block = 0; block < key_blocks; ++block) {
          const std::int64_t before = block * kForwardKeys, count = block_width(block);
          multiply(rows, count, depth, left.data(),
                   keys_t.const_data_ptr<T>() + (image * padded_keys + before) * depth, energies.data(),
                   false);
          for (std::int64_t column = shape.keys - before; column < count; ++column)  // padding weighs nothing
            for (std::int64_t r = 0; r < rows; ++r)
              energies[static_cast<std::size_t>(r * count + column)] =
                  -std::numeric_limits<float>::infinity();
          softmax_step(loops, energies.data(), rows, count, maxima.data(), sums.data(), factors.data(),
                       probabilities.data());
          if (block > 0) loops.scale_rows(sum_of_values.data(), rows, width, factors.data());
          multiply(rows, width, count, probabilities.data(),
                   values.const_data_ptr<T>() + (image * padded_keys + before) * width, sum_of_values.data(),
                   block > 0);
        }
        T* to = out.data_ptr<T>() + (image * shape.queries + start) * shape.width;
        float* logs = log_sums.data_ptr<float>() + image * shape.queries + start;
        for (std::int64_t r = 0; r < rows; ++r) {
          const auto row = static_cast<std::size_t>(r);
          const float share = 1.0F / sums[row];
          for (std::int64_t c = 0; c < shape.width; ++c)
            to[r * shape.width + c] =
                static_cast<T>(sum_of_values[static_cast<std::size_t>(r * width + c)] * share);
          logs[r] = maxima[row] + std::log(sums[row]);
        }
      }
      blas::brgemm_release();
    });
  }
};

// ---- backward ----
//
// For a block of keys (rows) against a block of queries (columns), all transposed so that no block has to be:
//   E = K Q^T, P = exp(E - log_sums), S = V dO^T, G = P (S - deltas);  dV += P dO, dK += G Q, dQ^T += K^T G.
// A thread keeps its blocks' dK and dV, and sums its own dQ^T; these are added up in the order of the
// threads.

template <typename T>
struct Backward {
  const at::Tensor &query, &key, &value, &out, &log_sums, &slope;
  Shape shape = shape_of(query, key, value);
  std::int64_t depth = round_up(shape.depth, kRightGroup<T>);
  std::int64_t wide_depth = round_up(shape.depth, kLanes);  // where D is the width of a right side
  std::int64_t width = round_up(shape.width, kLanes);
  std::int64_t query_blocks = blocks_of(shape.queries, kBackwardQueries);
  std::int64_t key_blocks = blocks_of(shape.keys, kBackwardKeys);
  std::int64_t padded_queries = round_up(shape.queries, kLanes);
  at::Tensor queries_t = {}, queries = {}, slopes_t = {},
             slopes = {};             // right sides of E, dK, S, dV, block after block
  at::Tensor logs = {}, deltas = {};  // [N, padded queries]; +inf and 0 in the padding

  std::int64_t block_width(std::int64_t block) const {
    return std::min(kBackwardQueries, padded_queries - block * kBackwardQueries);
  }
  template <typename Element>
  Element* at_block(const at::Tensor& packed, std::int64_t image, std::int64_t block,
                    std::int64_t wide) const {
    return packed.data_ptr<Element>() + (image * padded_queries + block * kBackwardQueries) * wide;
  }

  void pack() {
    const auto packed = [&](std::int64_t wide) {
      return at::empty({shape.images, padded_queries * wide}, query.options());
    };
    queries_t = packed(depth);
    queries = packed(wide_depth);
    slopes_t = packed(width);
    slopes = packed(width);
    logs = at::empty({shape.images, padded_queries}, log_sums.options());
    deltas = at::zeros({shape.images, padded_queries}, log_sums.options());
    on_all_threads(shape.images * query_blocks, [&](std::int64_t task) {
      const std::int64_t image = task / query_blocks, block = task % query_blocks;
      const std::int64_t first = block * kBackwardQueries, count = block_width(block);
      const Tokens<T> q = tokens_of<T>(query, image).part(first, count);
      const Tokens<T> s = tokens_of<T>(slope, image).part(first, count);
      const Tokens<T> o = tokens_of<T>(out, image).part(first, count);
      pack_right_transposed(q, depth, count, at_block<T>(queries_t, image, block, depth));
      pack_right(q, count, wide_depth, at_block<T>(queries, image, block, wide_depth));
      pack_right_transposed(s, round_up(shape.width, kLanes), count,
                            at_block<T>(slopes_t, image, block, width));
      pack_right(s, count, width, at_block<T>(slopes, image, block, width));
      float* log = at_block<float>(logs, image, block, 1);
      float* delta = at_block<float>(deltas, image, block, 1);
      std::fill(log, log + count, std::numeric_limits<float>::infinity());
      std::copy_n(log_sums.const_data_ptr<float>() + image * shape.queries + first, q.rows, log);
      for (std::int64_t r = 0; r < s.rows; ++r)
        for (std::int64_t c = 0; c < s.width; ++c)
          delta[r] +=
              static_cast<float>(s.data[r * s.stride + c]) * static_cast<float>(o.data[r * o.stride + c]);
    });
  }

  // What a thread works in.
  struct Desk {
    explicit Desk(const Backward& all)
        : left_keys(size(kBackwardKeys * all.depth)),
          left_values(size(kBackwardKeys * all.width)),
          left_keys_t(size(all.depth * kBackwardKeys)),
          probabilities(size(kBackwardKeys * kBackwardQueries)),
          gradients(probabilities.size()),
          paired(probabilities.size()),
          energies(probabilities.size()),
          slopes(probabilities.size()),
          key_gradient(size(kBackwardKeys * all.wide_depth)),
          value_gradient(size(kBackwardKeys * all.width)) {}
    static std::size_t size(std::int64_t count) { return static_cast<std::size_t>(count); }

    std::vector<T> left_keys, left_values, left_keys_t, probabilities, gradients, paired;
    std::vector<float> energies, slopes, key_gradient, value_gradient;
  };

  void block(Desk& desk, std::int64_t image, std::int64_t first_key, float* query_gradient_t,
             at::Tensor& key_gradient, at::Tensor& value_gradient) const {
    const AttentionLoops& loops = attention_loops();
    const Tokens<T> keys = tokens_of<T>(key, image).part(first_key, kBackwardKeys);
    const std::int64_t rows = keys.rows, even_rows = round_up(rows, kRightGroup<T>);
    pack_left(keys, depth, desk.left_keys.data());
    pack_left(tokens_of<T>(value, image).part(first_key, kBackwardKeys), width, desk.left_values.data());
    pack_left_transposed(keys, depth, even_rows, desk.left_keys_t.data());
    for (std::int64_t b = 0; b < query_blocks; ++b) {
      const std::int64_t count = block_width(b);
      multiply(rows, count, depth, desk.left_keys.data(), at_block<T>(queries_t, image, b, depth),
               desk.energies.data(), false);
      multiply(rows, count, width, desk.left_values.data(), at_block<T>(slopes_t, image, b, width),
               desk.slopes.data(), false);
      const float* log = at_block<float>(logs, image, b, 1);
      const float* delta = at_block<float>(deltas, image, b, 1);
      const T* right_gradients = desk.gradients.data();
      if constexpr (kRightGroup<T> == 2) {
        const auto bits = [](std::vector<T>& values) {
          return reinterpret_cast<std::uint16_t*>(values.data());
        };
        loops.softmax_backward_half(desk.energies.data(), desk.slopes.data(), log, delta, rows, count,
                                    bits(desk.probabilities), bits(desk.gradients), bits(desk.paired));
        right_gradients = desk.paired.data();
      } else {
        loops.softmax_backward(desk.energies.data(), desk.slopes.data(), log, delta, rows, count,
                               desk.probabilities.data(), desk.gradients.data());
      }
      multiply(rows, width, count, desk.probabilities.data(), at_block<T>(slopes, image, b, width),
               desk.value_gradient.data(), b > 0);
      multiply(rows, wide_depth, count, desk.gradients.data(), at_block<T>(queries, image, b, wide_depth),
               desk.key_gradient.data(), b > 0);
      multiply(depth, count, even_rows, desk.left_keys_t.data(), right_gradients,
               query_gradient_t + b * kBackwardQueries * depth, true);
    }
    const auto put = [&](const std::vector<float>& from, std::int64_t wide, at::Tensor& to) {
      T* rows_out = to.data_ptr<T>() + (image * shape.keys + first_key) * to.size(2);
      for (std::int64_t r = 0; r < rows; ++r)
        for (std::int64_t c = 0; c < to.size(2); ++c)
          rows_out[r * to.size(2) + c] = static_cast<T>(from[static_cast<std::size_t>(r * wide + c)]);
    };
    put(desk.key_gradient, wide_depth, key_gradient);
    put(desk.value_gradient, width, value_gradient);
  }

  // The gradients of query, key and value: contiguous, of their sizes.
  void run(at::Tensor& query_gradient, at::Tensor& key_gradient, at::Tensor& value_gradient) {
    pack();
    const std::int64_t tasks = shape.images * key_blocks;
    const std::int64_t threads = std::min<std::int64_t>(at::get_num_threads(), tasks);
    const std::int64_t share = padded_queries * depth;
    // For each thread and image: block after block, [depth][queries of the block].
    const at::Tensor parts = at::zeros({threads, shape.images * share}, log_sums.options());
    at::parallel_for(0, threads, 1, [&](std::int64_t first, std::int64_t last) {
      Desk desk(*this);
      for (std::int64_t thread = first; thread < last; ++thread)
        for (std::int64_t task = tasks * thread / threads; task < tasks * (thread + 1) / threads; ++task) {
          const std::int64_t image = task / key_blocks;
          block(desk, image, task % key_blocks * kBackwardKeys,
                parts.data_ptr<float>() + (thread * shape.images + image) * share, key_gradient,
                value_gradient);
        }
      blas::brgemm_release();
    });
    const at::Tensor sums = parts.sum(0);
    on_all_threads(shape.images * query_blocks, [&](std::int64_t task) {
      const std::int64_t image = task / query_blocks, b = task % query_blocks, count = block_width(b);
      const std::int64_t first = b * kBackwardQueries, rows = std::min(count, shape.queries - first);
      const float* from = sums.const_data_ptr<float>() + image * share + first * depth;
      T* to = query_gradient.data_ptr<T>() + (image * shape.queries + first) * shape.depth;
      for (std::int64_t r = 0; r < rows; ++r)
        for (std::int64_t d = 0; d < shape.depth; ++d)
          to[r * shape.depth + d] = static_cast<T>(from[d * count + r]);
    });
  }
};

class TiledAttention : public torch::autograd::Function<TiledAttention> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& query,
                            const at::Tensor& key, const at::Tensor& value) {
    at::Tensor out = at::empty({query.size(0), query.size(1), value.size(2)}, query.options());
    at::Tensor log_sums = at::empty({query.size(0), query.size(1)}, query.options().dtype(at::kFloat));
    if (query.scalar_type() == at::kFloat)
      Forward<float>(query, key, value).run(out, log_sums);
    else
      Forward<at::BFloat16>(query, key, value).run(out, log_sums);
    context->save_for_backward({query, key, value, out, log_sums});
    return out;
  }

  static torch::autograd::tensor_list backward(torch::autograd::AutogradContext* context,
                                               const torch::autograd::tensor_list& slopes) {
    TORCH_CHECK(!at::GradMode::is_enabled(), "tiled attention can be differentiated once only");
    const auto saved = context->get_saved_variables();
    const at::Tensor &query = saved[0], &key = saved[1], &value = saved[2], &out = saved[3], &logs = saved[4];
    const at::Tensor slope = slopes[0].to(query.scalar_type()).contiguous();
    const auto like = [](const at::Tensor& tensor) { return at::empty(tensor.sizes(), tensor.options()); };
    at::Tensor query_gradient = like(query), key_gradient = like(key), value_gradient = like(value);
    if (query.scalar_type() == at::kFloat)
      Backward<float>{query, key, value, out, logs, slope}.run(query_gradient, key_gradient, value_gradient);
    else
      Backward<at::BFloat16>{query, key, value, out, logs, slope}.run(query_gradient, key_gradient,
                                                                      value_gradient);
    return {query_gradient, key_gradient, value_gradient};
  }
};

}  // namespace

bool can_tile(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value) {
  const auto fits = [&](const at::Tensor& tensor) {
    return tensor.device().is_cpu() && tensor.scalar_type() == query.scalar_type() && tensor.dim() == 3 &&
           tensor.stride(2) == 1;
  };
  if (!fits(query) || !fits(key) || !fits(value)) return false;
  return has_block_products(query.scalar_type());
}

at::Tensor tiled_attention(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value) {
  TORCH_CHECK(query.size(2) == key.size(2) && key.size(1) == value.size(1) && query.size(0) == key.size(0) &&
                  key.size(0) == value.size(0),
              "tiled attention: shapes do not fit");
  return TiledAttention::apply(query, key, value);
}

}  // namespace tn
