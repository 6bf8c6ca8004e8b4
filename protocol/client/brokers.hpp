// The brokers of a cluster as a client knows them: each serves it, whoever owns what it asks about.
#pragma once

#include "protocol/vocabulary/address.hpp"
#include "protocol/vocabulary/check.hpp"
#include "protocol/vocabulary/fields.hpp"
#include "protocol/wire/message_types.hpp"

#include <algorithm>
#include <cstdint>
#include <span>
#include <tuple>

namespace invitro::protocol {

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
    // Precondition: there is one.
    Brokers(std::span<const Address> all, BrokerChoice& choice) : all_(all), choice_(choice) {}

    [[nodiscard]] const Address& chosen() const {
        CHECK(choice_.at < all_.size(), "a client knows a broker");
        return all_[choice_.at];
    }

    [[nodiscard]] bool is_one(const Address& address) const {
        return std::find(all_.begin(), all_.end(), address) != all_.end();
    }

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
    std::span<const Address> all_;
    BrokerChoice& choice_;
};

// Of the messages to the broker, those that it answers.
constexpr bool wants_answer(MessageType type) {
    return type != MessageType::call_keep_alive && type != MessageType::forward_ack &&
           type != MessageType::ended_ack;
}

}  // namespace invitro::protocol
