// What is fuzzed: code that is given arbitrary bytes and must neither abort nor break its promises.
//
// A target is one file, `*_fuzz.cpp`, beside what it fuzzes, with one object of type FuzzTarget in
// it and its name under FUZZES in the folder's CMakeLists.txt. From that follow a libFuzzer program
// (clang, AddressSanitizer, UBSan; `./dev fuzz NAME SECONDS`), and, in the folder's ordinary tests,
// the replay of its seeds, of mutations of them, and of every input that once found something
// (fuzz_targets_test.cpp).
#pragma once

#include "protocol/vocabulary/bytes.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace invitro::protocol::fuzz {

using Bytes = std::vector<std::uint8_t>;

// Adds itself to targets() when it is made; defined at namespace scope, once a file.
struct FuzzTarget {
    FuzzTarget(std::string_view target_name,
               void (*target)(ByteView),
               std::vector<Bytes> (*made)());

    std::string_view name;          // the file's, without _fuzz.cpp
    void (*run)(ByteView input);    // aborts if something is wrong
    std::vector<Bytes> (*seeds)();  // inputs that get somewhere, to begin with
};

// Those of this program.
inline std::vector<FuzzTarget>& targets() {
    static std::vector<FuzzTarget> all;
    return all;
}

inline FuzzTarget::FuzzTarget(std::string_view target_name,
                              void (*target)(ByteView),
                              std::vector<Bytes> (*made)())
    : name(target_name), run(target), seeds(made) {
    targets().push_back(*this);
}

}  // namespace invitro::protocol::fuzz
