//! The tables of the resources and of the provider block.

use tf_provider::schema::{Attribute, AttributeType, Schema};

use super::attributes::{computed, named, optional, optional_computed, required, schema, secret};
use super::timeouts::{Action, Timeouts};

pub(crate) fn pool() -> Schema {
    schema(
        "Allocates the account's routed IPv6 pool: a /48 whose children are routed to virtual servers with \
         `hostup_routed_ipv6_route`. An account has one.\n\n**What can't be undone:** a pool that is destroyed never \
         comes back. HostUp hands out another /48, and only after a cooldown, so everything that uses an \
         address of the old one must be renumbered. With `deletion_protection = true` a plan that would \
         destroy the pool fails.",
        [
            (
                "deletion_protection",
                optional(
                    AttributeType::Bool,
                    "Whether a plan that destroys or replaces the pool fails. It is kept by Terraform alone and \
                     changed in place. Default `false`.",
                ),
            ),
            (
                "timeouts",
                Timeouts::attribute(&[Action::Create, Action::Read, Action::Delete]),
            ),
            (
                "id",
                computed(
                    AttributeType::String,
                    "The pool's id, which begins with `ripv6_`.",
                ),
            ),
            (
                "parent_cidr",
                computed(
                    AttributeType::String,
                    "The /48, such as `2001:db8:1000::/48`.",
                ),
            ),
            (
                "prefix_length",
                computed(
                    AttributeType::Number,
                    "The length of the pool's prefix: 48.",
                ),
            ),
            (
                "status",
                computed(
                    AttributeType::String,
                    "The pool's status, such as `active`.",
                ),
            ),
            (
                "allocated_at",
                computed(
                    AttributeType::String,
                    "When the pool was allocated, as an RFC 3339 time in UTC.",
                ),
            ),
            (
                "updated_at",
                computed(
                    AttributeType::String,
                    "When the pool last changed, as an RFC 3339 time in UTC.",
                ),
            ),
        ],
    )
}

pub(crate) fn route() -> Schema {
    schema(
        "Routes a prefix of a routed IPv6 pool to a virtual server. A change of `vps_id` or `label` keeps the \
         prefix. HostUp can't change a route, so it is removed and made again: traffic to the prefix stops for \
         a moment.\n\n**What can't be undone:** the prefix of a route that is destroyed goes back to the pool, and \
         HostUp may give it to the next route that names no `prefix`. As long as nothing else has it, a route \
         that names it gets it back.\n\n**Two runs at once:** HostUp does not say which route a request has made. \
         When two runs make routes at the same moment that are equal in server, length, prefix and label, both can \
         take the same one into their states, and the other is in none. A `label` that only one of them uses \
         prevents it.",
        [
            (
                "pool_id",
                required(
                    AttributeType::String,
                    "The id of the pool the prefix is taken from. A change makes a new route.",
                ),
            ),
            (
                "vps_id",
                required(
                    AttributeType::String,
                    "The id of the virtual server that receives the prefix. A change moves the route and keeps its prefix.",
                ),
            ),
            (
                "prefix",
                optional_computed(
                    AttributeType::String,
                    "The prefix, such as `2001:db8:1000:100::/56`, in any spelling. Without it HostUp takes the first \
                     free one of `prefix_length`. A change to another network makes a new route.",
                ),
            ),
            (
                "prefix_length",
                optional_computed(
                    AttributeType::Number,
                    "The length of the prefix: 48, 56 or 64. Needed when `prefix` is not given. A change makes a new route.",
                ),
            ),
            (
                "label",
                optional(
                    AttributeType::String,
                    "A note of your own. A change makes the route anew with the same prefix.",
                ),
            ),
            (
                "timeouts",
                Timeouts::attribute(&[
                    Action::Create,
                    Action::Read,
                    Action::Update,
                    Action::Delete,
                ]),
            ),
            (
                "id",
                computed(
                    AttributeType::String,
                    "The route's id, which begins with `ripv6rt_`. A move gives the route another one.",
                ),
            ),
            (
                "next_hop",
                computed(
                    AttributeType::String,
                    "The address of the server that traffic to the prefix is sent to.",
                ),
            ),
            (
                "vps_name",
                computed(AttributeType::String, "The name of the virtual server."),
            ),
            (
                "status",
                computed(
                    AttributeType::String,
                    "The route's status, such as `active`; `unrouted` when a move was cut off, until the next apply routes \
                     the prefix again.",
                ),
            ),
            (
                "allocated_at",
                computed(
                    AttributeType::String,
                    "When the route was made, as an RFC 3339 time in UTC.",
                ),
            ),
            (
                "updated_at",
                computed(
                    AttributeType::String,
                    "When the route last changed, as an RFC 3339 time in UTC.",
                ),
            ),
        ],
    )
}

pub(crate) fn network() -> Schema {
    schema(
        "Makes a private IPv4 network for virtual servers: a /21 with a first /24 subnet.\n\n**What can't be undone:** \
         HostUp can't change a network, so a change of `name`, `parent_cidr` or `region` makes a new one, and \
         the servers must be attached to it anew.\n\nThis provider attaches no servers: that is done at HostUp, and \
         `attached_vps` shows them. HostUp removes no network that a server is attached to, so detach the servers \
         before the network is destroyed or replaced.",
        [
            (
                "name",
                required(
                    AttributeType::String,
                    "The network's name, 1 to 100 characters. A change makes a new network.",
                ),
            ),
            (
                "parent_cidr",
                optional_computed(
                    AttributeType::String,
                    "The network's /21 in private IPv4 space, such as `10.42.0.0/21`. Without it HostUp chooses one. \
                     A change to another range makes a new network.",
                ),
            ),
            (
                "region",
                optional_computed(
                    AttributeType::String,
                    "The region to make the network in. Leave it out, and HostUp chooses; its documents name \
                     `stockholm` and no other. Where the network is then is `location`. A change from one region \
                     to another makes a new network.",
                ),
            ),
            (
                "description",
                optional(
                    AttributeType::String,
                    "A description that HostUp takes when the network is made. The API can neither show nor change \
                     it, so a later change stays in Terraform.",
                ),
            ),
            (
                "timeouts",
                Timeouts::attribute(&[Action::Create, Action::Read, Action::Delete]),
            ),
            (
                "location",
                computed(
                    AttributeType::String,
                    "Where HostUp says that the network is, such as `dc1r28`.",
                ),
            ),
            (
                "id",
                computed(
                    AttributeType::String,
                    "The network's id, which begins with `pnet_`.",
                ),
            ),
            (
                "status",
                computed(
                    AttributeType::String,
                    "The network's status: `provisioning`, `active`, `deprovisioning` or `unknown`.",
                ),
            ),
            (
                "subnet_count",
                computed(AttributeType::Number, "How many subnets the network has."),
            ),
            (
                "attached_vps_count",
                computed(
                    AttributeType::Number,
                    "How many servers are in the network.",
                ),
            ),
            (
                "created_at",
                computed(
                    AttributeType::String,
                    "When the network was made, as an RFC 3339 time in UTC.",
                ),
            ),
            ("subnets", subnets()),
            ("attached_vps", attached_vps()),
        ],
    )
}

pub(crate) fn subnets() -> Attribute {
    let subnet = named([
        (
            "id",
            computed(
                AttributeType::String,
                "The subnet's id, which begins with `subnet_`.",
            ),
        ),
        (
            "subnet_cidr",
            computed(
                AttributeType::String,
                "The subnet's /24, such as `10.42.0.0/24`.",
            ),
        ),
        (
            "vlan_tag",
            computed(AttributeType::Number, "The VLAN that carries the subnet."),
        ),
        (
            "gateway",
            computed(
                AttributeType::String,
                "The subnet's gateway, which may lie outside the subnet.",
            ),
        ),
        (
            "status",
            computed(
                AttributeType::String,
                "The subnet's status, such as `active`.",
            ),
        ),
    ]);
    computed(
        AttributeType::AttributeList(subnet),
        "The network's subnets.",
    )
}

pub(crate) fn attached_vps() -> Attribute {
    let server = named([
        (
            "id",
            computed(
                AttributeType::String,
                "The server's id, which begins with `vps_`.",
            ),
        ),
        (
            "name",
            computed(AttributeType::String, "The server's name."),
        ),
        (
            "primary_ip",
            computed(
                AttributeType::String,
                "The server's address in the private network.",
            ),
        ),
    ]);
    computed(
        AttributeType::AttributeList(server),
        "The servers in the network.",
    )
}

pub(crate) fn provider() -> Schema {
    schema(
        "Manages the addresses that virtual servers at HostUp live on: the account's routed IPv6 /48, the prefixes \
         routed to each server, and private networks between them.",
        [
            (
                "api_key",
                secret(
                    "The API key. It can also be given as the environment variable `HOSTUP_API_KEY`, or in a file \
                     (`api_key_file`).",
                ),
            ),
            (
                "api_key_file",
                optional(
                    AttributeType::String,
                    "The path of a file that holds the API key and nothing else. It can also be given as the \
                     environment variable `HOSTUP_API_KEY_FILE`.",
                ),
            ),
            (
                "endpoint",
                optional(
                    AttributeType::String,
                    "The base address of the API, with or without `/api/v2` at its end; `http` only for loopback \
                     hosts. It can also be given as the environment variable `HOSTUP_API_BASE`. \
                     Default `https://cloud.hostup.se`.",
                ),
            ),
            (
                "request_timeout",
                optional(
                    AttributeType::String,
                    "How long one request may take, as a duration such as `30s`. Default `30s`.",
                ),
            ),
            (
                "max_retries",
                optional(
                    AttributeType::Number,
                    "How often a request that may safely be repeated is repeated after a failure. Repeats after a 429 are not counted: the operation's time bounds them. Default 4; 0 switches both off.",
                ),
            ),
            (
                "max_concurrent_requests",
                optional(
                    AttributeType::Number,
                    "How many requests may be under way at once, at least 1. Default 8.",
                ),
            ),
        ],
    )
}
