// A broker with a journal for fuzz targets, and the disk that its owner keeps: four devices are
// registered, the first has called the others. Whatever it gives is checked: sizes, well-formed
// messages, numbers that grow, deadlines that can be served.
#pragma once

#include "protocol/broker/credential.hpp"
#include "protocol/broker/durable_broker.hpp"
#include "protocol/fuzz/fuzz_messages_test.hpp"
#include "protocol/timing.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace invitro::protocol::fuzz {

inline constexpr std::uint32_t device_count = 6;  // of which the last two register late, if at all
inline constexpr std::uint32_t call_count = 4;

inline DeviceId device_of(std::uint64_t number) {
    return {.high = 0xDE, .low = number};
}

inline CallId call_of_number(std::uint64_t number) {
    return {.high = 0xCA11, .low = number};
}

inline Address address_of(std::uint32_t number) {
    return {.ip = ipv4(0x0A000000U + number), .port = 4000};
}

inline EndpointIdentifier phone(std::uint64_t number) {
    return example_identifier("+4915" + std::to_string(100'000'000 + number));
}

inline BrokerConfig fuzzed_config(std::uint8_t incarnation = 1) {
    BrokerConfig config;
    config.address = {.ip = ipv4(0xCB007101U), .port = 3478};
    config.seed.octets.fill(incarnation);
    config.ticket_key.octets.fill(2);
    return config;
}

class FuzzedBroker {
public:
    FuzzedBroker() : broker_(fuzzed_config(), now_) {
        drain();
        persist();
        for (std::uint32_t number = 1; number <= device_count - 2; ++number) {
            receive(address_of(number), encoded(registration(number)));
            persist();
        }
        receive(address_of(1), encoded(request(1)));
        persist();
    }

    // ---- what happens to it ---------------------------------------------------------------------

    void receive(const Address& source, ByteView payload) {
        handle(ReceivedDatagram{
            .source = source, .destination = fuzzed_config().address, .payload = payload});
    }

    void receive_sms(const EndpointIdentifier& sender, ByteView body) {
        handle(ReceivedSms{.sender = sender, .body = body});
    }

    void answer_push(std::uint64_t request, PushOutcome outcome) {
        handle(PushAnswered{.request = request, .outcome = outcome});
    }

    // Everything written so far is durable.
    void persist() {
        while (durable_ < written_) {
            durable_ = written_;
            for (std::size_t i = 0; i < segments_.size(); ++i) {
                durable_sizes_[i] = segments_[i].size();
            }
            handle(Persisted{.number = durable_});
        }
    }

    // What was durable comes back, and the first of the bytes that were not.
    void crash(std::size_t kept) {
        std::size_t left = kept;
        for (std::size_t i = 0; i < segments_.size(); ++i) {
            const std::size_t in_flight = segments_[i].size() - durable_sizes_[i];
            const std::size_t stays = std::min(in_flight, left);
            left -= stays;
            segments_[i].resize(durable_sizes_[i] + stays);
        }
        std::vector<ByteView> views(segments_.begin(), segments_.end());
        auto recovered = DurableBroker::recover(
            fuzzed_config(++incarnation_), now_, Storage{.segments = views, .durable = durable_});
        CHECK(recovered.has_value(), "what a crash leaves can be read");
        broker_ = std::move(*recovered);
        written_ = durable_ = broker_.state().journal.persisted;
        drain();
    }

    // Deadlines are served on the way, as many as there may be.
    void pass(Duration duration) {
        constexpr int deadlines_max = 20'000;
        const Instant end = now_ + duration;
        for (int served = 0; broker_.next_deadline() <= end; ++served) {
            CHECK(served < deadlines_max, "deadlines do not come all the time");
            now_ = std::max(now_, broker_.next_deadline());
            handle(DeadlineReached{});
            CHECK(broker_.next_deadline() > now_, "a deadline that is served is over");
        }
        now_ = end;
    }

    // Time goes on and deadlines are late.
    void overrun(Duration duration) { now_ += duration; }

    // ---- what can be said of it -----------------------------------------------------------------

    [[nodiscard]] DurableBroker::State state() const { return broker_.state(); }

    [[nodiscard]] const std::vector<std::uint64_t>& push_requests() const { return requests_; }

    [[nodiscard]] Ticket ticket(const CallId& call, const DeviceId& device) const {
        const auto found = tickets_.find({call, device});
        return found == tickets_.end() ? Ticket{} : found->second;
    }

    [[nodiscard]] const std::vector<Bytes>& segments() const { return segments_; }

    [[nodiscard]] Instant now() const { return now_; }

    static RegisterDevice registration(std::uint32_t number) {
        RegisterDevice message;
        message.device = device_of(number);
        message.profile = {.high = 0xF, .low = 1};  // whose number 7 is, and the others too
        message.incarnation = 1;
        message.identifiers = {phone(7), phone(number)};
        for (const EndpointIdentifier& identifier : message.identifiers) {
            message.credentials.push_back(earned_credential(
                fuzzed_config().ticket_key, {message.device, message.profile, identifier}, 0));
        }
        message.token.value.assign(bytes_of("token " + std::to_string(number)));
        message.lease = timing::lease_max;
        return message;
    }

    static InviteRequest request(std::uint32_t number) {
        InviteRequest message;
        message.call = call_of_number(number);
        message.initiator = device_of(1);
        message.callee = phone(7);
        message.caller = phone(1);
        message.connection = example_connection();
        message.lifetime = std::chrono::seconds{60};
        return message;
    }

private:
    void handle(const DurableBroker::Input& input) {
        broker_.handle(now_, input);
        drain();
        CHECK(broker_.state().journal.waiting.size() <= DurableBroker::waiting_max,
              "no more inputs wait than may");
    }

    void drain() {
        while (const auto output = broker_.poll_output()) {
            std::visit([&](const auto& one) { take(one); }, *output);
        }
    }

    void take(const SendDatagram& datagram) {
        CHECK(datagram.payload.size() <= datagram_size_max, "a datagram is small");
        CHECK(decode(datagram.payload).has_value(), "what the broker sends is well-formed");
    }

    void take(const SendPush& push) {
        CHECK(push.payload.size() <= push_size_max, "a push is small");
        CHECK(push.time_to_live >= Duration{}, "a push is kept for some time");
        const auto message = decode(push.payload);
        CHECK(message.has_value(), "what the broker pushes is well-formed");
        if (const auto* invitation = std::get_if<InvitePush>(&*message)) {
            tickets_[{invitation->call, invitation->device}] = invitation->ticket;
        }
        requests_.push_back(push.request);
    }

    void take(const Persist& persist) {
        CHECK(persist.number == written_ + 1, "records are numbered one after the other");
        written_ = persist.number;
        if (persist.starts_segment) {
            segments_.emplace_back();
            durable_sizes_.push_back(0);
        }
        segments_.back().insert(segments_.back().end(), persist.bytes.begin(), persist.bytes.end());
    }

    void take(const SendMail& mail) {
        CHECK(decode(mail.link).has_value(), "what is mailed is well-formed");
    }

    // What it tells its application, and streams: it has none here.
    template <class Other>
    void take(const Other&) {}

    Instant now_ = instant_at(1'000'000'000);
    DurableBroker broker_;
    std::uint8_t incarnation_ = 1;
    std::uint64_t written_ = 0;
    std::uint64_t durable_ = 0;
    std::vector<Bytes> segments_;
    std::vector<std::size_t> durable_sizes_;
    std::vector<std::uint64_t> requests_;
    std::map<std::pair<CallId, DeviceId>, Ticket> tickets_;
};

}  // namespace invitro::protocol::fuzz
