// What the tests of campaigns share: a simple job, and a handler that writes down what it sees.
#pragma once

#include "sim/campaign/campaign.hpp"

#include <cstdint>
#include <cstring>
#include <limits>
#include <numeric>
#include <thread>
#include <utility>
#include <vector>

namespace invitro::sim::campaign_test {

using Bytes = std::vector<std::uint8_t>;
using Indices = std::vector<std::uint64_t>;

inline constexpr std::uint64_t unbounded = std::numeric_limits<std::uint64_t>::max();

inline Bytes bytes_of_number(std::uint64_t number) {
    Bytes bytes(sizeof number);
    std::memcpy(bytes.data(), &number, sizeof number);
    return bytes;
}

inline std::uint64_t number_of(protocol::ByteView bytes) {
    std::uint64_t number = 0;
    if (bytes.size() == sizeof number) std::memcpy(&number, bytes.data(), sizeof number);
    return number;
}

inline MakeWorldJob always(WorldJob job) {
    return [job = std::move(job)] { return job; };
}

inline Bytes square(std::uint64_t index) {
    return bytes_of_number(index * index);
}

inline Indices numbers(std::uint64_t first, std::uint64_t count) {
    Indices result(count);
    std::iota(result.begin(), result.end(), first);
    return result;
}

// What a handler saw.
struct Seen {
    Indices order;  // results and crashes
    std::vector<std::uint64_t> results;
    std::vector<WorldCrash> crashes;
    CampaignEnd end;

    CampaignHandler handler() {
        return {.on_result =
                    [this](std::uint64_t index, protocol::ByteView result) {
                        order.push_back(index);
                        results.push_back(number_of(result));
                        return true;
                    },
                .on_crash =
                    [this](const WorldCrash& crash) {
                        order.push_back(crash.index);
                        crashes.push_back(crash);
                        return true;
                    }};
    }
};

inline Seen run(const CampaignPlan& plan, const WorldJob& job) {
    Seen seen;
    seen.end = run_campaign(plan, always(job), seen.handler());
    return seen;
}

inline void sleep(std::chrono::milliseconds time) {
    std::this_thread::sleep_for(time);
}

}  // namespace invitro::sim::campaign_test
