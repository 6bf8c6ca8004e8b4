#include "model/push/push_profile.hpp"

#include "protocol/vocabulary/check.hpp"

namespace invitro::model {

const std::array<PushProviderEntry, push_provider_count>& push_providers() {
    static constexpr std::array<PushProviderEntry, push_provider_count> all{{
        {.provider = PushProvider::apns, .profile = apns_profile, .token_size = 32},
        {.provider = PushProvider::fcm, .profile = fcm_profile, .token_size = 142},
        {.provider = PushProvider::web_push, .profile = web_push_profile, .token_size = 200},
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

std::size_t token_size(PushProvider provider) {
    return push_providers()[index_of(provider)].token_size;
}

}  // namespace invitro::model
