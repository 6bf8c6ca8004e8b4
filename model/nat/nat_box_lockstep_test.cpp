// Random histories, played on a NAT box and on a naive one that keeps a log of all packets ever
// sent and derives every answer from it.
#include "model/nat/nat_box.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

namespace invitro::model {
namespace {

using namespace protocol::literals;
using protocol::instant_at;
using protocol::ipv4;

const protocol::IpAddress outside_ip = ipv4(0xCB007101);
constexpr Duration timeout = 100s;

// "How much of an address counts", read from the kind's name.
Address counted(const Address& address, const std::string& word) {
    if (word.starts_with("EI")) return {};
    if (word.starts_with("APD")) return address;
    return {.ip = address.ip, .port = 0};
}

class PacketLog {
public:
    explicit PacketLog(NatKind kind) {
        const std::string name{kind == NatKind::fw ? "EIM/APDF" : to_string(kind)};
        mapping_ = name.substr(0, name.find('/'));
        filtering_ = name.substr(name.find('/') + 1);
    }

    // The outside address of a packet that continues a mapping; none where it needs a new one.
    [[nodiscard]] Address expected(Instant now, const Address& from, const Address& to) const {
        Address found;
        for (const Packet& packet : packets_) {
            const bool is_same = packet.from == from &&
                                 counted(packet.to, mapping_) == counted(to, mapping_) &&
                                 now - packet.at < timeout;
            if (is_same) found = packet.outside;
        }
        return found;
    }

    [[nodiscard]] bool is_in_use(Instant now, const Address& outside) const {
        for (const Packet& packet : packets_) {
            if (packet.outside == outside && now - packet.at < timeout) return true;
        }
        return false;
    }

    void add(Instant now, const Address& from, const Address& to, const Address& outside) {
        packets_.push_back({now, from, to, outside});
    }

    // Who inside gets a packet; none where it is refused.
    [[nodiscard]] Address receiver(Instant now, const Address& from, const Address& to) const {
        for (const Packet& packet : packets_) {
            const bool enters = packet.outside == to && now - packet.at < timeout &&
                                counted(packet.to, filtering_) == counted(from, filtering_);
            if (enters) return packet.from;
        }
        return {};
    }

    [[nodiscard]] std::vector<Address> outsides() const {
        std::vector<Address> all;
        for (const Packet& packet : packets_) {
            all.push_back(packet.outside);
        }
        return all;
    }

    void forget() { packets_.clear(); }

private:
    struct Packet {
        Instant at;
        Address from;
        Address to;
        Address outside;
    };

    std::string mapping_;
    std::string filtering_;
    std::vector<Packet> packets_;
};

struct Step {
    int what = 0;
    std::uint32_t host = 0;
    std::uint32_t remote = 0;
    std::uint32_t outside = 0;  // which of the outside addresses seen so far
    std::uint32_t milliseconds = 0;
};

// Four inside endpoints on two hosts.
Address inside_of(std::uint32_t number) {
    return {.ip = ipv4(0x0A000001 + number / 2), .port = static_cast<std::uint16_t>(number % 2)};
}

// Four remote endpoints on two hosts.
Address remote_of(std::uint32_t number) {
    return {.ip = ipv4(0xC6336401 + number / 2),
            .port = static_cast<std::uint16_t>(9 + number % 2)};
}

class Lockstep {
public:
    explicit Lockstep(NatKind kind)
        : kind_(kind),
          box_{{.kind = kind, .mapping_timeout = timeout, .port_count = 40}, outside_ip, 1},
          log_{kind} {}

    void play(const Step& step) {
        const std::vector<Address> seen = log_.outsides();
        const Address outside =
            seen.empty() ? Address{outside_ip, 1024} : seen[step.outside % seen.size()];
        // A remote is a real one or, every fifth time, an inside host by its outside address.
        const Address remote = step.remote < 4 ? remote_of(step.remote) : outside;
        if (step.what < 4) send(inside_of(step.host), remote);
        if (step.what >= 4 && step.what < 8) receive(remote, outside);
        if (step.what == 8) now_ += std::chrono::milliseconds{step.milliseconds};
        if (step.what == 9 && step.host == 0) flush();
    }

private:
    void send(const Address& from, const Address& to) {
        NatRefusal refusal{};
        const auto passed = box_.outbound(now_, from, to, refusal);
        RC_ASSERT(passed.has_value());
        RC_ASSERT(passed->destination == to);
        const Address expected = log_.expected(now_, from, to);
        if (kind_ == NatKind::fw) {
            RC_ASSERT(passed->source == from);
        } else if (expected != Address{}) {
            RC_ASSERT(passed->source == expected);
        } else {
            RC_ASSERT(passed->source.ip == outside_ip);
            RC_ASSERT(passed->source.port >= 1024);
            RC_ASSERT(!log_.is_in_use(now_, passed->source));
        }
        log_.add(now_, from, to, passed->source);
    }

    void receive(const Address& from, const Address& to) {
        NatRefusal refusal{};
        const NatBox before = box_;
        const auto passed = box_.inbound(now_, from, to, refusal);
        const Address receiver = log_.receiver(now_, from, to);
        RC_ASSERT(passed.has_value() == (receiver != Address{}));
        if (passed) {
            RC_ASSERT(passed->source == from);
            RC_ASSERT(passed->destination == receiver);
        } else if (kind_ != NatKind::fw) {
            RC_ASSERT((refusal == NatRefusal::filtered) == log_.is_in_use(now_, to));
        }
        RC_ASSERT(box_ == before);
    }

    void flush() {
        box_.flush();
        log_.forget();
    }

    NatKind kind_;
    NatBox box_;
    PacketLog log_;
    Instant now_ = instant_at(0);
};

std::vector<Step> any_history() {
    const auto step = rc::gen::construct<Step>(rc::gen::inRange(0, 10),
                                               rc::gen::inRange(0U, 4U),
                                               rc::gen::inRange(0U, 5U),
                                               rc::gen::inRange(0U, 64U),
                                               rc::gen::inRange(0U, 70'000U));
    return *rc::gen::container<std::vector<Step>>(step);
}

RC_GTEST_PROP(NatBoxLockstep, does_what_follows_from_the_log_of_packets, ()) {
    // FW and the nine kinds that translate.
    const auto kind = static_cast<NatKind>(*rc::gen::inRange(1, 11));
    Lockstep pair{kind};
    for (const Step& step : any_history()) {
        pair.play(step);
    }
}

RC_GTEST_PROP(NatBoxLockstep, the_same_history_gives_the_same_box, ()) {
    const auto kind = static_cast<NatKind>(*rc::gen::inRange(0, 12));
    NatBox one{{.kind = kind}, outside_ip, 7};
    NatBox other = one;
    Instant now = instant_at(0);
    for (const Step& step : any_history()) {
        now += std::chrono::milliseconds{step.milliseconds};
        NatRefusal refusal{};
        const auto a = one.outbound(now, inside_of(step.host), remote_of(step.remote), refusal);
        const auto b = other.outbound(now, inside_of(step.host), remote_of(step.remote), refusal);
        RC_ASSERT(a == b);
    }
    RC_ASSERT(one == other);
}

}  // namespace
}  // namespace invitro::model
