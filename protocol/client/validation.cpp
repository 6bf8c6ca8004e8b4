#include "protocol/client/validation.hpp"

#include "protocol/timing.hpp"

namespace invitro::protocol {
namespace {

constexpr Backoff sms_backoff{.first = timing::sms_repeat_first, .max = timing::sms_repeat_max};
constexpr Backoff mail_backoff{.first = timing::mail_repeat_first, .max = timing::mail_repeat_max};

// When to ask again after having asked this often.
Retransmission asked_again(Instant now, std::uint8_t asked, const Backoff& backoff) {
    Retransmission exchange{.due = now, .tries = asked};
    exchange.tried(now, backoff);
    return exchange;
}

}  // namespace

Validation Validation::begin(ClientContext& context, const EndpointIdentifier& identifier) {
    Validation validation;
    validation.identifier = identifier;
    validation.attempt = context.draws.transaction();
    validation.exchange.start(context.now);
    return validation;
}

void Validation::serve(ClientContext& context, const Owner& owner) {
    if (!exchange.is_due(context.now)) return;
    switch (phase) {
        case ValidationPhase::waiting:
            ask_anew(context.now);
            [[fallthrough]];
        case ValidationPhase::asking:
            ask(context, owner);
            break;
        case ValidationPhase::proving:
            if (context.now >= patience_end) {
                ask_anew(context.now);
                ask(context, owner);
                break;
            }
            if (exchange.tries > 0) context.sender.remark(RemarkKind::message_retransmitted);
            exchange.tried(context.now);
            context.send_to_broker(ProvePossession{.device = context.device,
                                                   .profile = owner.profile,
                                                   .identifier = identifier,
                                                   .attempt = attempt,
                                                   .proof = proof});
            break;
        case ValidationPhase::given_up:
            break;
    }
}

void Validation::ask(ClientContext& context, const Owner& owner) {
    if (asked >= asked_max()) {
        phase = ValidationPhase::given_up;
        exchange.stop();
        context.sender.remark(RemarkKind::validation_given_up);
        return;
    }
    if (identifier.is_phone()) {
        exchange = asked_again(context.now, asked++, sms_backoff);
        context.sender.send_sms(RegisterBySms{.device = context.device,
                                              .profile = owner.profile,
                                              .token = owner.token,
                                              .attempt = attempt,
                                              .key = context.key});
        return;
    }
    if (exchange.tries > 0) context.sender.remark(RemarkKind::message_retransmitted);
    exchange.tried(context.now);
    context.send_to_broker(ValidateEmail{.device = context.device,
                                         .profile = owner.profile,
                                         .address = identifier,
                                         .attempt = attempt});
}

void Validation::ask_anew(Instant now) {
    phase = ValidationPhase::asking;
    ++attempt.low;
    exchange.start(now);
}

int Validation::asked_max() const {
    return identifier.is_phone() ? timing::sms_tries_max : timing::mail_tries_max;
}

bool Validation::receive(ClientContext& context, const PossessionChallenge& challenge) {
    const bool is_for_us = challenge.attempt.high == attempt.high &&
                           challenge.identifier == identifier && challenge.device == context.device;
    if (!is_for_us || phase == ValidationPhase::given_up) return false;
    if (phase == ValidationPhase::proving && challenge.proof.issued <= proof.issued) return true;
    phase = ValidationPhase::proving;
    attempt = challenge.attempt;
    proof = challenge.proof;
    // How long it was on its way only the broker knows: it says so when it is too late.
    patience_end = context.now + (identifier.is_phone() ? timing::challenge_lifetime
                                                        : timing::mail_link_lifetime);
    exchange.start(context.now);
    return true;
}

bool Validation::receive(ClientContext& context, const ValidationPending& pending) {
    if (phase != ValidationPhase::asking || pending.attempt != attempt) return false;
    phase = ValidationPhase::waiting;
    exchange = asked_again(context.now, asked++, mail_backoff);
    // The last mail is waited for as long as its link is good.
    if (asked == asked_max()) exchange.due = context.now + timing::mail_link_lifetime;
    return true;
}

bool Validation::receive(ClientContext& context, const CredentialGranted& granted) {
    if (phase != ValidationPhase::proving || granted.attempt != attempt) return false;
    if (granted.credential.is_none()) ask_anew(context.now);
    return true;
}

}  // namespace invitro::protocol
