#include "model/post/post_service.hpp"

namespace invitro::model {
namespace {

using namespace protocol::literals;

// What a draw is for.
enum class Purpose : std::uint8_t { loss = 1, loss_added = 2, duplication = 3, delay = 4 };

}  // namespace

std::string_view to_string(PostKind kind) {
    switch (kind) {
        case PostKind::sms:
            return "sms";
        case PostKind::mail:
            return "mail";
    }
    return "unknown";
}

PostProfile sms_profile() {
    return {
        .delay = lognormal(5s, 1000), .loss = probability(0.01), .duplication = probability(0.005)};
}

PostProfile mail_profile() {
    return {
        .delay = lognormal(8s, 1200), .loss = probability(0.01), .duplication = probability(0.002)};
}

Carriage carry(const PostProfile& profile,
               const PostConditions& conditions,
               std::uint64_t seed,
               std::uint64_t identity,
               std::size_t parts) {
    const auto drawn = [&](Purpose purpose, std::uint64_t which = 0) {
        return draw(seed, Subsystem::post, identity, purpose, which);
    };
    for (std::size_t part = 0; part < parts; ++part) {
        if (happens(profile.loss, drawn(Purpose::loss, part)) ||
            happens(conditions.loss, drawn(Purpose::loss_added, part))) {
            return {};
        }
    }
    const bool is_doubled = happens(profile.duplication, drawn(Purpose::duplication));
    Carriage carriage{.copies = static_cast<std::uint8_t>(is_doubled ? 2 : 1)};
    for (std::uint8_t copy = 0; copy < carriage.copies; ++copy) {
        carriage.delays[copy] =
            profile.delay.sample(drawn(Purpose::delay, copy)) + conditions.delay_added;
    }
    return carriage;
}

}  // namespace invitro::model
