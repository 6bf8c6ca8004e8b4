#include "model/push/push_profile.hpp"

#include "protocol/vocabulary/check.hpp"

namespace invitro::model {

const std::array<PushProviderEntry, push_provider_count>& push_providers() {
    static constexpr std::array<PushProviderEntry, push_provider_count> all{{
        {.provider = PushProvider::apns, .profile = apns_profile},
        {.provider = PushProvider::fcm, .profile = fcm_profile},
        {.provider = PushProvider::web_push, .profile = web_push_profile},
    }};
    return all;
}

std::size_t index_of(PushProvider provider) {
    const auto& all = push_providers();
    std::size_t index = 0;
    while (index < all.size() && all[index].provider != provider) {
        ++index;
    }
    CHECK(index < all.size(), "every provider that a token can name has a profile");
    return index;
}

PushProfile push_profile(PushProvider provider) {
    return push_providers()[index_of(provider)].profile();
}

PushProfiles push_profiles() {
    PushProfiles profiles;
    for (std::size_t i = 0; i < profiles.size(); ++i) {
        profiles[i] = push_providers()[i].profile();
    }
    return profiles;
}

}  // namespace invitro::model
