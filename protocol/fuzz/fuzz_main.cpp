// Makes a libFuzzer program of the one target that it is linked with.
//
//     X_fuzz --seeds FOLDER     writes the target's seeds there, and ends
//     X_fuzz FOLDER ...         libFuzzer, with its own options
#include "protocol/fuzz/fuzz_target.hpp"
#include "protocol/vocabulary/check.hpp"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

namespace {

using invitro::protocol::ByteView;
using invitro::protocol::fuzz::FuzzTarget;
using invitro::protocol::fuzz::targets;

const FuzzTarget& only_target() {
    CHECK(targets().size() == 1, "a fuzz program has one target");
    return targets().front();
}

int write_seeds(const std::string& folder) {
    int number = 0;
    for (const auto& seed : only_target().seeds()) {
        std::ofstream file(folder + "/seed-" + std::to_string(number++), std::ios::binary);
        file.write(reinterpret_cast<const char*>(seed.data()),
                   static_cast<std::streamsize>(seed.size()));
        if (!file) return EXIT_FAILURE;
    }
    std::printf("%d seeds\n", number);
    return EXIT_SUCCESS;
}

}  // namespace

// The names are libFuzzer's.
// NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int LLVMFuzzerInitialize(int* count, char*** arguments) {
    if (*count == 3 && std::string("--seeds") == (*arguments)[1]) {
        // Before anything runs beside it. NOLINTNEXTLINE(concurrency-mt-unsafe)
        std::exit(write_seeds((*arguments)[2]));
    }
    return 0;
}

// NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    only_target().run(ByteView{data, size});
    return 0;
}
