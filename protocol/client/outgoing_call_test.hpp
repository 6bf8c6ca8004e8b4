// A call made by device 1, whose acceptors and broker the test plays.
#pragma once

#include "protocol/client/client_fixture.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace invitro::protocol::client_testing {

inline constexpr Address peer_address{.ip = ipv4(0xC6336401U), .port = 6000};

inline ConnectionData connection_of(std::uint64_t device) {
    ConnectionData data;
    data.key.fill(static_cast<std::uint8_t>(device));
    data.candidates.push_back(
        {.kind = CandidateKind::server_reflexive, .address = peer_address, .priority = 100});
    return data;
}

class OutgoingCallTest : public ::testing::Test {
protected:
    void call_and_gather(AnswerPolicy policy = AnswerPolicy::first, Duration lifetime = 60s) {
        bench.command(call_command(policy, lifetime));
        call = bench.heard<CallStarted>().at(0).call;
        bench.answer_reflectors();
        own = bench.all<InviteRequest>().at(0).connection;
    }

    void call_in_hand(AnswerPolicy policy = AnswerPolicy::first) {
        call_and_gather(policy);
        bench.from_broker(InviteProgress{.call = call});
        bench.forget();
    }

    void accept_from(std::uint64_t device) {
        bench.from_broker(AcceptForward{
            .call = call, .device = device_of(device), .connection = connection_of(device)});
    }

    [[nodiscard]] RandomValue key_of(std::uint64_t device) const {
        return derive_path_key(own.key, connection_of(device).key);
    }

    template <class M>
    void from_peer(std::uint64_t device, M message) {
        message.call = call;
        message.sender = device_of(device);
        bench.from(peer_address, with_tag(key_of(device), message));
    }

    // The device answers the checks sent to it, and checks back.
    void confirm_path(std::uint64_t device) {
        bench.advance(timing::check_pacing);
        for (const Check& check : bench.all<Check>()) {
            if (!is_authentic(key_of(device), check)) continue;
            from_peer(device, response_to(check));
        }
        from_peer(device, check_with({.high = 7, .low = device}));
    }

    // ... and answers its nomination, too.
    void connect(std::uint64_t device) {
        confirm_path(device);
        from_peer(device, numbered<NominateResponse>(1));
    }

    [[nodiscard]] std::size_t nominations_of(std::uint64_t device) const {
        const auto all = bench.all<Nominate>();
        return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [&](const auto& one) {
            return is_authentic(key_of(device), one);
        }));
    }

    ClientBench bench;
    CallId call;
    ConnectionData own;
};

class OutgoingCallEndTest : public OutgoingCallTest {};

}  // namespace invitro::protocol::client_testing
