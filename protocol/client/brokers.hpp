// The brokers of a cluster as a client knows them: each serves it, whoever owns what it asks about.
#pragma once

#include "protocol/vocabulary/address.hpp"
#include "protocol/vocabulary/check.hpp"
#include "protocol/vocabulary/fields.hpp"
#include "protocol/wire/message_types.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <tuple>

namespace invitro::protocol {

// Where one node is reached; one of the two may be none.
struct BrokerAddresses {
    Address v4;
    Address v6;

    bool operator==(const BrokerAddresses&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("v4", &BrokerAddresses::v4), field("v6", &BrokerAddresses::v6)};
    }
};

// To which of the brokers it knows the client speaks.
struct BrokerChoice {
    std::uint8_t at = 0;          // which of them
    std::uint8_t unanswered = 0;  // messages since anything was heard from a broker

    bool operator==(const BrokerChoice&) const = default;

    static constexpr auto fields() {
        return std::tuple{field("at", &BrokerChoice::at),
                          field("unanswered", &BrokerChoice::unanswered)};
    }
};

// The brokers a client knows, and the one it speaks to.
class Brokers {
public:
    // Precondition: there is one. `own` are the addresses that the client has now.
    Brokers(std::span<const BrokerAddresses> all,
            std::span<const Address> own,
            BrokerChoice& choice)
        : all_(all), own_(own), choice_(choice) {}

    [[nodiscard]] std::size_t count() const { return all_.size(); }

    // As it is reached from the addresses of now: by the family that the client prefers, of those
    // the node has.
    [[nodiscard]] const Address& address(std::size_t node) const {
        CHECK(node < all_.size(), "a client knows a broker");
        const BrokerAddresses& broker = all_[node];
        for (const Address& own : own_) {
            if (own.ip.family == broker.v4.ip.family) return broker.v4;
            if (own.ip.family == broker.v6.ip.family) return broker.v6;
        }
        return broker.v4.is_none() ? broker.v6 : broker.v4;
    }

    [[nodiscard]] const Address& chosen() const { return address(choice_.at); }

    [[nodiscard]] bool is_one(const Address& address) const { return is_one(all_, address); }

    static bool is_one(std::span<const BrokerAddresses> all, const Address& address) {
        return std::any_of(all.begin(), all.end(), [&](const BrokerAddresses& one) {
            return address == one.v4 || address == one.v6;
        });
    }

    // The client is at other addresses from now on.
    void move(std::span<const Address> own) { own_ = own; }

    void next() {
        choice_.at = static_cast<std::uint8_t>((choice_.at + 1U) % all_.size());
        choice_.unanswered = 0;
    }

    // Something was sent that is to be answered.
    void spoken_to() {
        constexpr std::uint8_t unanswered_max = 2;
        if (all_.size() > 1 && ++choice_.unanswered == unanswered_max) next();
    }

    void heard() { choice_.unanswered = 0; }

private:
    std::span<const BrokerAddresses> all_;
    std::span<const Address> own_;
    BrokerChoice& choice_;
};

// Of the messages to the broker, those that it answers.
constexpr bool wants_answer(MessageType type) {
    return type != MessageType::call_keep_alive && type != MessageType::forward_ack &&
           type != MessageType::ended_ack && type != MessageType::candidate_forward_ack;
}

}  // namespace invitro::protocol
