#include "protocol/client/renewal.hpp"

namespace invitro::protocol {
namespace {

// What the gathering has found is told as the next generation, if it differs from what was.
void renew(ClientContext& context, OwnData own) {
    const auto candidates = own.gathering.candidates(context.addresses);
    const MappingBehaviour mapping = own.gathering.mapping();
    const FilteringBehaviour filtering = own.gathering.filtering();
    const bool is_same = candidates == own.connection.candidates &&
                         mapping == own.connection.mapping && filtering == own.connection.filtering;
    if (is_same) return;
    own.connection.candidates = candidates;
    own.connection.mapping = mapping;
    own.connection.filtering = filtering;
    ++own.connection.generation;
    context.sender.remark(RemarkKind::mapping_changed, own.call);
}

}  // namespace

void Renewal::gather_anew(ClientContext& context, Gathering& gathering) {
    is_gathering = true;
    gathering.begin(context, context.addresses, context.reflectors);
}

bool Renewal::receive(ClientContext& context, OwnData own, const ReflectResponse& response) {
    switch (own.gathering.receive(response)) {
        case Reflected::none:
            return false;
        case Reflected::first:
            // One that was not waited for any more is news as well.
            if (!own.gathering.is_under_way()) renew(context, own);
            return true;
        case Reflected::changed:
            renew(context, own);
            return true;
        case Reflected::same:
        case Reflected::test:
            return true;
    }
    return false;
}

void Renewal::serve_gathering(ClientContext& context, OwnData own) {
    own.gathering.serve(context);
    if (!is_gathering || !own.gathering.is_complete(context.now)) return;
    is_gathering = false;
    own.gathering.finish();
    renew(context, own);
}

void Renewal::serve_exchange(ClientContext& context, OwnData own) {
    if (own.connection.generation > told) {
        told = own.connection.generation;
        exchange.start(context.now);
    }
    if (!exchange.is_due(context.now)) return;
    if (exchange.tries > 0) {
        context.sender.remark(RemarkKind::message_retransmitted, own.call);
    }
    exchange.tried(context.now);
    context.send_to_broker(CandidateUpdate{.call = own.call,
                                           .device = context.device,
                                           .ticket = own.ticket,
                                           .connection = own.connection});
}

bool Renewal::receive(const CandidateUpdateAck& message, const ConnectionData& connection) {
    if (!exchange.is_active() || message.generation != connection.generation) return false;
    exchange.stop();
    return true;
}

}  // namespace invitro::protocol
