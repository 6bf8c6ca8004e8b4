#include "protocol/paths/reflector.hpp"

#include "protocol/vocabulary/overloaded.hpp"
#include "protocol/wire/codec.hpp"

namespace invitro::protocol {
namespace {

// From where to answer what came to `asked`; none where there is no such address.
Address origin_of(const Address& asked, ReflectOrigin origin, const ReflectorConfig& config) {
    switch (origin) {
        case ReflectOrigin::same:
            return asked;
        case ReflectOrigin::other_port:
            return other_port_of(asked);
        case ReflectOrigin::other_address:
            return {.ip = config.other_ip, .port = asked.port};
    }
    return {};
}

}  // namespace

void Reflector::handle(Instant /*now*/, const Input& input) {
    const auto* datagram = std::get_if<ReceivedDatagram>(&input);
    if (datagram == nullptr) return;
    const auto message = decode(datagram->payload);
    if (!message) return drop(RemarkKind::malformed_dropped);
    std::visit(Overloaded{[&](const ReflectRequest& request) {
                              answer(*datagram, datagram->destination, request.transaction);
                          },
                          [&](const ReflectProbe& probe) {
                              const Address& asked = datagram->destination;
                              answer(*datagram,
                                     origin_of(asked, probe.origin, state_.config),
                                     probe.transaction);
                          },
                          [&](const auto&) { drop(RemarkKind::unexpected_dropped); }},
               *message);
}

void Reflector::answer(const ReceivedDatagram& datagram,
                       const Address& source,
                       const TransactionId& transaction) {
    if (source.is_none()) return drop(RemarkKind::unexpected_dropped);
    const ReflectResponse response{.transaction = transaction, .mapped = datagram.source};
    const std::size_t size = encode_message(response, outbox_.reserve(datagram_size_max));
    outbox_.send(source, datagram.source, size);
    ++state_.answered;
}

void Reflector::drop(RemarkKind why) {
    ++state_.dropped;
    outbox_.tell(Remark{.kind = why, .call = {}, .device = {}});
}

}  // namespace invitro::protocol
