//! The tables of the data sources and of the filters of lists.

use tf_provider::schema::{AttributeType, Schema};

use super::attributes::{
    Attributes, computed, named, number, optional, optional_computed, schema, schema_of, text,
};
use super::gate;
use super::resources::{attached_vps, subnets};

pub(crate) fn summary() -> Attributes {
    let mut attributes = named([
        ("id", text("The network's id, which begins with `pnet_`.")),
        (
            "name",
            text("The network's name, which need not be unique."),
        ),
        (
            "parent_cidr",
            text("The network's /21, such as `10.42.0.0/21`."),
        ),
        (
            "location",
            text("Where HostUp says that the network is, such as `dc1r28`."),
        ),
        (
            "status",
            text("The network's status: `provisioning`, `active`, `deprovisioning` or `unknown`."),
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
            text("When the network was made, as an RFC 3339 time in UTC."),
        ),
    ]);
    attributes.extend(gate::attributes("can_delete", "the network can be deleted"));
    attributes.extend(gate::attributes(
        "can_add_subnet",
        "a subnet can be added to the network",
    ));
    attributes
}

pub(crate) fn network() -> Attributes {
    let mut attributes = summary();
    attributes.extend(named([
        ("subnets", subnets()),
        ("attached_vps", attached_vps()),
    ]));
    attributes
}

pub(crate) fn network_data_source() -> Schema {
    let mut attributes = network();
    attributes.insert(
        "id".to_owned(),
        optional_computed(
            AttributeType::String,
            "The network's id, which begins with `pnet_`. Exactly one of `id` and `name` is given.",
        ),
    );
    attributes.insert(
        "name".to_owned(),
        optional_computed(
            AttributeType::String,
            "The network's name. It is an error if several networks have it. Exactly one of `id` and `name` is given.",
        ),
    );
    schema_of(
        "Shows a private network that exists, with its subnets and the servers in it.",
        attributes,
    )
}

pub(crate) fn networks_data_source() -> Schema {
    schema(
        "Shows the account's private networks. To see a network's subnets and servers, look it up with \
         `hostup_private_network`.",
        [
            (
                "region",
                optional(
                    AttributeType::String,
                    "Only the networks that were created with this `region`, such as `stockholm`.",
                ),
            ),
            (
                "networks",
                computed(
                    AttributeType::AttributeList(summary()),
                    "The networks, in the order HostUp lists them.",
                ),
            ),
        ],
    )
}

pub(crate) fn network_filter() -> Schema {
    schema(
        "Lists the account's private networks.",
        [
            (
                "region",
                optional(
                    AttributeType::String,
                    "Only the networks that were created with this `region`, such as `stockholm`.",
                ),
            ),
            (
                "name",
                optional(
                    AttributeType::String,
                    "Only the networks of this name, which need not be unique.",
                ),
            ),
        ],
    )
}

pub(crate) fn route_filter() -> Schema {
    schema(
        "Lists the account's routes.",
        [
            (
                "pool_id",
                optional(
                    AttributeType::String,
                    "Only the routes whose prefixes are taken from the pool with this id.",
                ),
            ),
            (
                "vps_id",
                optional(
                    AttributeType::String,
                    "Only the routes to the virtual server with this id.",
                ),
            ),
        ],
    )
}

pub(crate) fn pool() -> Attributes {
    let mut attributes = named([
        ("id", text("The pool's id, which begins with `ripv6_`.")),
        (
            "parent_cidr",
            text("The /48, such as `2001:db8:1000::/48`."),
        ),
        (
            "prefix_length",
            number("The length of the pool's prefix: 48."),
        ),
        ("status", text("The pool's status, such as `active`.")),
        (
            "allocated_at",
            text("When the pool was allocated, as an RFC 3339 time in UTC."),
        ),
        (
            "updated_at",
            text("When the pool last changed, as an RFC 3339 time in UTC."),
        ),
        (
            "routes",
            computed(
                AttributeType::AttributeList(route()),
                "The routes whose prefixes are taken from the pool.",
            ),
        ),
    ]);
    attributes.extend(gate::attributes(
        "can_create_route",
        "a route can be made in the pool",
    ));
    attributes.extend(gate::attributes("can_release", "the pool can be released"));
    attributes
}

pub(crate) fn route() -> Attributes {
    let mut attributes = named([
        (
            "id",
            text(
                "The route's id, which begins with `ripv6rt_`. A move gives the route another one.",
            ),
        ),
        (
            "prefix",
            text("The routed prefix, such as `2001:db8:1000:100::/56`."),
        ),
        (
            "prefix_length",
            number("The length of the prefix: 48, 56 or 64."),
        ),
        (
            "next_hop",
            text("The address of the server that traffic to the prefix is sent to."),
        ),
        ("label", text("The note that was given with the route.")),
        (
            "vps_id",
            text("The id of the virtual server that receives the prefix."),
        ),
        ("vps_name", text("The name of the virtual server.")),
        ("status", text("The route's status, such as `active`.")),
        (
            "allocated_at",
            text("When the route was made, as an RFC 3339 time in UTC."),
        ),
        (
            "updated_at",
            text("When the route last changed, as an RFC 3339 time in UTC."),
        ),
    ]);
    attributes.extend(gate::attributes("can_delete", "the route can be deleted"));
    attributes
}

pub(crate) fn destination() -> Attributes {
    let mut attributes = named([
        ("vps_id", text("The server's id, which begins with `vps_`.")),
        ("name", text("The server's name.")),
        ("primary_ip", text("The server's public IPv4 address.")),
        (
            "next_hop",
            text("The address that routes to the server are sent to; null when it has no IPv6."),
        ),
        (
            "service_status",
            text("The status of the server's service, such as `active` or `suspended`."),
        ),
    ]);
    attributes.extend(gate::attributes(
        "can_receive_route",
        "a prefix can be routed to the server",
    ));
    attributes
}

pub(crate) fn pool_data_source() -> Schema {
    let mut attributes = pool();
    attributes.insert(
        "id".to_owned(),
        optional_computed(
            AttributeType::String,
            "The pool's id, which begins with `ripv6_`. Without it the account's only pool is meant.",
        ),
    );
    schema_of(
        "Shows a routed IPv6 pool that exists, with its routes. An account has one pool, so `id` is needed only in \
         accounts that were migrated with several.",
        attributes,
    )
}

pub(crate) fn destination_data_source() -> Schema {
    let mut attributes = destination();
    attributes.insert(
        "vps_id".to_owned(),
        optional_computed(
            AttributeType::String,
            "The server's id, which begins with `vps_`. Exactly one of `vps_id` and `name` is given.",
        ),
    );
    attributes.insert(
        "name".to_owned(),
        optional_computed(
            AttributeType::String,
            "The server's name. Case counts only when it is needed to tell two servers apart. Exactly one of \
             `vps_id` and `name` is given.",
        ),
    );
    schema_of(
        "Finds a virtual server that prefixes can be routed to, and shows whether it can receive one now.",
        attributes,
    )
}

pub(crate) fn account_data_source() -> Schema {
    let mut attributes = named([
        (
            "available",
            computed(
                AttributeType::Bool,
                "Whether the account can use routed IPv6 at all.",
            ),
        ),
        (
            "reason",
            computed(
                AttributeType::String,
                "Why `available` is false; null when it is true.",
            ),
        ),
        (
            "allowed_prefix_lengths",
            computed(
                AttributeType::List(Box::new(AttributeType::Number)),
                "The lengths that a routed prefix may have.",
            ),
        ),
        (
            "pools",
            computed(
                AttributeType::AttributeList(pool()),
                "The account's pools; one, except in accounts that were migrated with several.",
            ),
        ),
        (
            "destinations",
            computed(
                AttributeType::AttributeList(destination()),
                "The account's virtual servers as targets of routes.",
            ),
        ),
    ]);
    attributes.extend(gate::attributes(
        "can_allocate_pool",
        "a pool can be allocated",
    ));
    attributes.extend(gate::attributes(
        "can_create_route",
        "a route can be made in some pool",
    ));
    schema_of(
        "Shows the account's routed IPv6: its pools with their routes, the servers that routes can go to, and what \
         HostUp allows now.",
        attributes,
    )
}
