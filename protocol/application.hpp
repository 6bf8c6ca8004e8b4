// What crosses between a client and the application above it: the user's commands going down,
// notifications coming up. Together with the remarks of the machines these are the service's own
// events; a property sees commands and notifications as they cross this boundary.
#pragma once

#include "protocol/commands.hpp"
#include "protocol/notifications.hpp"
#include "protocol/remarks.hpp"
#include "protocol/vocabulary/bytes.hpp"
#include "protocol/vocabulary/identity.hpp"

namespace invitro::protocol {

// The service as a world sees it: what its users say and hear.
struct InvitationService {
    using Command = protocol::Command;
    using Notification = protocol::Notification;
    using Remark = protocol::Remark;

    // The call an encoded message belongs to, for drivers that label traffic.
    static CallId call_of(ByteView payload);
};

}  // namespace invitro::protocol
