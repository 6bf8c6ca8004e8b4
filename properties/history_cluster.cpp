// History, fifth part: several brokers. What is told of "the broker" is told of the cluster.
//
// A client's message has come to the broker where the node that owns what it is about has it: there
// it is unwrapped from what the entry node sent on, and one that decides something counts from the
// node's writing it down, for a node that is still waiting for its handover drops it.
#include "properties/history.hpp"
#include "protocol/stream/stream_address.hpp"
#include "protocol/wire/codec.hpp"
#include "sim/hostile.hpp"

#include <utility>

namespace invitro::properties {

using model::NodeKind;
using protocol::ByteView;
using protocol::MessageType;

namespace {

bool is_decision(MessageType type) {
    return type == MessageType::register_device || type == MessageType::unregister_device ||
           type == MessageType::invite_request || type == MessageType::invite_accept ||
           type == MessageType::invite_decline || type == MessageType::invite_cancel ||
           type == MessageType::invite_update || type == MessageType::candidate_update ||
           type == MessageType::session_keep || type == MessageType::transfer ||
           type == MessageType::transfer_answer;
}

bool is_between_nodes(MessageType type) {
    return type >= MessageType::forwarded_request && type <= MessageType::handover_ack;
}

// The client's message inside, and the client's address.
struct Unwrapped {
    protocol::Address client;
    DeviceId sender;  // who has sealed it, of a request
    std::vector<std::uint8_t> payload;
};

std::optional<Unwrapped> unwrap(ByteView payload) {
    const auto message = protocol::decode(payload);
    if (!message) return std::nullopt;
    const auto take = [](const auto& wrapped) {
        const ByteView inner = wrapped.datagram.view();
        Unwrapped unwrapped{
            .client = wrapped.client, .sender = {}, .payload = {inner.begin(), inner.end()}};
        if (wrapped.stream != 0) {
            unwrapped.client = protocol::stream_address(protocol::StreamId{wrapped.stream});
        }
        if constexpr (requires { wrapped.sender; }) unwrapped.sender = wrapped.sender;
        return unwrapped;
    };
    if (const auto* request = std::get_if<protocol::ForwardedRequest>(&*message)) {
        return take(*request);
    }
    if (const auto* answer = std::get_if<protocol::ForwardedAnswer>(&*message)) {
        return take(*answer);
    }
    return std::nullopt;
}

}  // namespace

void History::observe_in_cluster(const model::Event& event) {
    const bool is_remark = std::holds_alternative<model::Remarked<protocol::Remark>>(event.body);
    if (arrival_ && !is_remark) settle_arrival(event);
    if (const auto* sent = std::get_if<model::DatagramSent>(&event.body)) {
        const auto type = peek_type(model::message_in(*sent));
        if (type == MessageType::handover_part) last_handover_part_.last(event.header);
        if (type && is_between_nodes(*type)) return;
    } else if (const auto* came = std::get_if<model::DatagramDelivered>(&event.body)) {
        if (event.header.node.kind == NodeKind::broker) return came_to_node(event.header, *came);
    } else if (const auto* lost = std::get_if<model::DatagramDropped>(&event.body)) {
        const ByteView message = model::message_in(*lost);
        const auto type = peek_type(message);
        if (type && is_between_nodes(*type)) {
            const auto inner = unwrap(message);
            if (!inner) return;
            model::DatagramDropped of_client = *lost;
            of_client.payload = inner->payload;
            of_client.plain = {};
            return on(event.header, of_client);
        }
    }
    std::visit([&](const auto& body) { on(event.header, body); }, event.body);
}

void History::came_to_node(const Header& header, const model::DatagramDelivered& event) {
    // What is taken further has no envelope any more.
    const Bearer bearer = bearer_of(header, event);
    if (bearer == Bearer::nobody) return;
    const ByteView message = model::message_in(event);
    const auto type = peek_type(message);
    if (!type) return;
    Arrival arrival{.header = header, .source = event.source, .payload = {}, .bearer = bearer};
    if (*type == MessageType::forwarded_request) {
        auto inner = unwrap(message);
        if (!inner) return;
        arrival.source = inner->client;
        arrival.payload = std::move(inner->payload);
        if (sim::is_attacker(inner->client)) {
            if (number_of(inner->sender) == nobody) {
                const auto forged = peek_type(arrival.payload);
                if (forged) forged_at_broker(header, *forged);
                return;
            }
            arrival.bearer = Bearer::attacker;
        }
    } else if (is_between_nodes(*type)) {
        return;
    } else {
        // Whoever is heard may be answered there, however the owner takes what was said.
        CallFacts* call = header.call.is_none() ? nullptr : find_call(header.call);
        if (call != nullptr) initiator_at_broker(*call, *type, event);
        arrival.payload.assign(message.begin(), message.end());
    }
    const auto own = peek_type(arrival.payload);
    if (!own) return;
    if (!is_decision(*own)) return take_arrival(arrival);
    arrival_ = std::move(arrival);
}

// It counts if what happens next is that it is written down.
void History::settle_arrival(const model::Event& event) {
    const Arrival arrival = *std::exchange(arrival_, std::nullopt);
    const bool is_written = std::holds_alternative<model::BytesWritten>(event.body) &&
                            event.header.cause == arrival.header.sequence;
    if (is_written) take_arrival(arrival);
}

void History::take_arrival(const Arrival& arrival) {
    delivered(arrival.header,
              model::DatagramDelivered{
                  .source = arrival.source, .destination = {}, .payload = arrival.payload},
              arrival.bearer);
}

}  // namespace invitro::properties
