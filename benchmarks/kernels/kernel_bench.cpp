// How fast each kernel variant runs each layer of a list, one thread, the variants interleaved round by
// round.
//
//   kernel_bench layers.txt [--rounds 20] [--filter TEXT] [--kernel NAME] [--json FILE]
//
// --kernel leaves out all other variants. Prints a table: microseconds (median and least), 10^9
// multiply-accumulates a second and their share of what the CPU's multipliers gave at best in the same run
// with the kernel's instruction set. FILE gets every sample in nanoseconds.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "cpu/detect.h"
#include "layer_case.h"
#include "peak/peak.h"

namespace {

using aiedge::bench::LayerCase;
using aiedge::bench::Variant;
using Clock = std::chrono::steady_clock;
using Samples = std::vector<double>;  // nanoseconds a run

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

double nanoseconds(const std::function<void()>& run, std::int64_t repeats) {
  const Clock::time_point start = Clock::now();
  for (std::int64_t i = 0; i < repeats; ++i) run();
  return seconds_since(start) * 1e9 / static_cast<double>(repeats);
}

// Repeats that take about a millisecond, so that the clock's own cost does not count.
std::int64_t repeats_for(const std::function<void()>& run) {
  run();
  const double once = nanoseconds(run, 1);
  return std::max<std::int64_t>(1, static_cast<std::int64_t>(1e6 / std::max(once, 1.0)));
}

double median(Samples samples) {
  std::sort(samples.begin(), samples.end());
  return samples[samples.size() / 2];
}

double least(const Samples& samples) { return *std::min_element(samples.begin(), samples.end()); }

// 10^9 multiply-accumulates a second at best, by the name of the instruction set, of those that this CPU has.
using Peaks = std::map<std::string, double>;

Peaks measure_peaks() {
  Peaks peaks;
  for (const aiedge::peak::Loop& loop : aiedge::peak::loops()) {
    if (!aiedge::cpu::has(*aiedge::cpu::parse(loop.isa))) continue;
    peaks[loop.isa] = aiedge::peak::macs_per_s(loop) / 1e9;
    std::printf("%s at best: %.1f GMAC/s (%s)\n", loop.instruction, peaks[loop.isa], loop.isa);
  }
  return peaks;
}

// Of the kernel's own instruction set; for one without (the reference, another encoding) of the best.
double peak_of(const Peaks& peaks, const std::string& kernel) {
  const auto found = peaks.find(kernel);
  if (found != peaks.end()) return found->second;
  double best = 0.0;
  for (const auto& [isa, peak] : peaks) best = std::max(best, peak);
  return best;
}

struct Options {
  const char* layers = nullptr;
  const char* json = nullptr;
  std::string filter;
  std::string kernel;
  int rounds = 20;
};

bool parse(int argc, char** argv, Options* options) {
  for (int i = 1; i < argc; ++i) {
    const bool has_value = i + 1 < argc;
    if (std::strcmp(argv[i], "--rounds") == 0 && has_value) {
      options->rounds = std::max(1, std::atoi(argv[++i]));
    } else if (std::strcmp(argv[i], "--filter") == 0 && has_value) {
      options->filter = argv[++i];
    } else if (std::strcmp(argv[i], "--kernel") == 0 && has_value) {
      options->kernel = argv[++i];
    } else if (std::strcmp(argv[i], "--json") == 0 && has_value) {
      options->json = argv[++i];
    } else if (options->layers == nullptr && argv[i][0] != '-') {
      options->layers = argv[i];
    } else {
      return false;
    }
  }
  return options->layers != nullptr;
}

// The samples of each variant, one a round.
std::vector<Samples> measure(const LayerCase& layer, int rounds) {
  std::vector<Samples> samples(layer.variants.size());
  std::vector<std::int64_t> repeats;
  repeats.reserve(layer.variants.size());
  for (const Variant& variant : layer.variants) repeats.push_back(repeats_for(variant.run));
  for (int round = 0; round < rounds; ++round) {
    for (std::size_t v = 0; v < layer.variants.size(); ++v) {
      samples[v].push_back(nanoseconds(layer.variants[v].run, repeats[v]));
    }
  }
  return samples;
}

void print_row(const LayerCase& layer, const Variant& variant, const Samples& samples, double peak) {
  const double rate = static_cast<double>(layer.macs) / least(samples);
  std::printf("%-10s %9.1f %9.1f %7.1f ", variant.name.c_str(), median(samples) / 1e3, least(samples) / 1e3,
              rate);
  if (peak > 0) {
    std::printf("%5.0f %%", 100.0 * rate / peak);
  } else {
    std::printf("%7s", "");
  }
  std::printf("  %s\n", layer.line.c_str());
}

void write_json(std::FILE* file, const LayerCase& layer, const std::vector<Samples>& samples, bool first) {
  for (std::size_t v = 0; v < samples.size(); ++v) {
    std::fprintf(file,
                 "%s\n  {\"layer\": \"%s\", \"variant\": \"%s\", \"macs\": %llu, \"packed_bytes\": %zu, ",
                 first && v == 0 ? "" : ",", layer.line.c_str(), layer.variants[v].name.c_str(),
                 static_cast<unsigned long long>(layer.macs), layer.variants[v].packed_bytes);
    std::fprintf(file, "\"scratch_bytes\": %zu, \"samples_ns\": [", layer.variants[v].scratch_bytes);
    for (std::size_t i = 0; i < samples[v].size(); ++i)
      std::fprintf(file, "%s%.0f", i == 0 ? "" : ", ", samples[v][i]);
    std::fprintf(file, "]}");
  }
}

int run(const Options& options, std::ifstream& layers, std::FILE* json) {
  const Peaks peaks = measure_peaks();
  std::printf("%-10s %9s %9s %7s %7s\n", "kernel", "median us", "least us", "GMAC/s", "of peak");
  if (json != nullptr) {
    std::fprintf(json, "{\"peak_gmacs\": {");
    const char* separator = "";
    for (const auto& [isa, peak] : peaks) {
      std::fprintf(json, "%s\"%s\": %.2f", separator, isa.c_str(), peak);
      separator = ", ";
    }
    std::fprintf(json, "}, \"rounds\": %d, \"results\": [", options.rounds);
  }
  bool first = true;
  std::map<std::string, std::map<std::string, double>> totals;  // of the best variant, by model and operator
  for (std::string line; std::getline(layers, line);) {
    if (line.empty() || line[0] == '#' || line.find(options.filter) == std::string::npos) continue;
    LayerCase layer;
    if (!aiedge::bench::make_case(line, &layer)) {
      std::fprintf(stderr, "not a layer: %s\n", line.c_str());
      return 2;
    }
    if (!options.kernel.empty())
      std::erase_if(layer.variants, [&](const Variant& v) { return v.name != options.kernel; });
    if (layer.variants.empty()) continue;
    const std::vector<Samples> samples = measure(layer, options.rounds);
    for (std::size_t v = 0; v < samples.size(); ++v)
      print_row(layer, layer.variants[v], samples[v], peak_of(peaks, layer.variants[v].name));
    totals[layer.model][layer.op] += layer.count * median(samples[0]);
    totals[layer.model]["(all)"] += layer.count * median(samples[0]);
    if (json != nullptr) write_json(json, layer, samples, first);
    first = false;
  }
  if (json != nullptr) std::fprintf(json, "\n]}\n");
  std::printf("\nmicroseconds of the first variant, all layers of a model:\n");
  for (const auto& [model, by_op] : totals) {
    for (const auto& [op, total] : by_op)
      std::printf("%-34s %-18s %9.1f\n", model.c_str(), op.c_str(), total / 1e3);
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  if (!parse(argc, argv, &options)) {
    std::fprintf(stderr,
                 "usage: kernel_bench LAYERS [--rounds N] [--filter TEXT] [--kernel NAME] [--json FILE]\n");
    return 2;
  }
  std::ifstream layers(options.layers);
  if (!layers) {
    std::fprintf(stderr, "cannot read %s\n", options.layers);
    return 2;
  }
  std::FILE* json = options.json == nullptr ? nullptr : std::fopen(options.json, "w");
  if (options.json != nullptr && json == nullptr) {
    std::fprintf(stderr, "cannot write %s\n", options.json);
    return 2;
  }
  const int status = run(options, layers, json);
  if (json != nullptr) std::fclose(json);
  return status;
}
