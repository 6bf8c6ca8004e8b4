// The running hash over a world's event stream that ends as its fingerprint.
//
// Each event contributes its header and its fields in fixed width, in declaration order; payloads
// contribute their length and digest. Nothing else does: no pointer, no text, no version.
#pragma once

#include "model/event.hpp"
#include "protocol/vocabulary/state.hpp"
#include "sim/fingerprint.hpp"

#include <cstdint>
#include <memory>
#include <type_traits>
#include <variant>
#include <vector>

namespace invitro::sim {

// XXH3-64 of a payload, as events carry it.
std::uint64_t digest_of(protocol::ByteView payload);

class EventHash {
public:
    EventHash();
    ~EventHash();
    EventHash(const EventHash&) = delete;
    EventHash& operator=(const EventHash&) = delete;

    template <class Service>
    void add(const model::BasicEvent<Service>& event) {
        const auto& header = event.header;
        put(header.at);
        put(header.cause);
        put(model::key_of(header.node));
        put(header.call);
        put(static_cast<std::uint64_t>(event.body.index()));
        std::visit([&](const auto& body) { add_body(body); }, event.body);
    }

    [[nodiscard]] Fingerprint result();

private:
    struct State;

    template <class T>
    void put(const T& value) {
        protocol::serialise(value, buffer_);
        if (buffer_.size() >= flush_size) flush();
    }

    void put_payload(protocol::ByteView payload, std::uint64_t digest) {
        put(static_cast<std::uint64_t>(payload.size()));
        put(digest);
    }

    template <class Body>
    void add_datagram(const Body& body) {
        put(body.source);
        put(body.destination);
        put_payload(body.payload, body.digest);
    }

    void add_body(const model::DatagramSent& body) { add_datagram(body); }

    void add_body(const model::DatagramDelivered& body) { add_datagram(body); }

    void add_body(const model::DatagramDropped& body) {
        put(body.reason);
        add_datagram(body);
    }

    void add_body(const model::PushSubmitted& body) {
        put(body.provider);
        put(body.device);
        put(body.outcome);
        put_payload(body.payload, body.digest);
    }

    void add_body(const model::PushDelivered& body) { put_payload(body.payload, body.digest); }

    void add_body(const model::PushStored&) {}

    void add_body(const model::PushDropped& body) { put(body.reason); }

    template <class Command>
    void add_body(const model::CommandGiven<Command>& body) {
        put(body.command);
    }

    template <class Notification>
    void add_body(const model::Notified<Notification>& body) {
        put(body.notification);
    }

    template <class Remark>
    void add_body(const model::Remarked<Remark>& body) {
        put(body.remark);
    }

    void add_body(const model::NodeStarted& body) { put(body.incarnation); }

    void add_body(const model::DeadlineServed&) {}

    void add_body(const model::FaultStarted& body) { put(body.fault.number); }

    void add_body(const model::FaultEnded& body) { put(body.fault.number); }

    void add_body(const model::ConnectivityChanged& body) { put(body.online); }

    void add_body(const model::WorldEnded& body) { put(body.quiescent); }

    void flush();

    static constexpr std::size_t flush_size = 4096;

    std::unique_ptr<State> state_;
    std::vector<std::uint8_t> buffer_;
};

}  // namespace invitro::sim
