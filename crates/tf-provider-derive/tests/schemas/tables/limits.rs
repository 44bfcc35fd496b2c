//! The table of the limits.

use tf_provider::schema::{AttributeType, Schema};

use super::attributes::{Attributes, computed, named, number, schema, text};

pub(crate) fn limits() -> Schema {
    let amounts = |description| {
        computed(
            AttributeType::AttributeSingle(amounts_attributes()),
            description,
        )
    };
    schema(
        "Shows how many virtual servers, and of what size, the account may run by the hour, how much of that is in \
         use, and what it costs.",
        [
            ("current", amounts("What the account uses now.")),
            ("max", amounts("What the account may use at most.")),
            (
                "remaining",
                amounts("What the account may use beyond `current`."),
            ),
            (
                "billing",
                computed(
                    AttributeType::AttributeSingle(prices()),
                    "The prices, each in the currency `currency_code`.",
                ),
            ),
            (
                "pending_requests",
                computed(
                    AttributeType::AttributeList(request()),
                    "Higher limits that were asked for and not yet decided about.",
                ),
            ),
        ],
    )
}

pub(crate) fn amounts_attributes() -> Attributes {
    named([
        ("cpu_cores", number("The number of processor cores.")),
        ("memory_gb", number("The amount of memory in GB.")),
        ("storage_gb", number("The amount of disk in GB.")),
        ("instance_count", number("The number of virtual servers.")),
    ])
}

pub(crate) fn prices() -> Attributes {
    named([
        (
            "cpu_per_core_hour",
            number("The price of a processor core for an hour."),
        ),
        (
            "memory_per_gb_hour",
            number("The price of a GB of memory for an hour."),
        ),
        (
            "storage_per_gb_hour",
            number("The price of a GB of disk for an hour."),
        ),
        (
            "ip_per_hour",
            number("The price of a public address for an hour."),
        ),
        ("bandwidth_per_gb", number("The price of a GB of traffic.")),
        ("currency_code", text("The currency, such as `SEK`.")),
    ])
}

pub(crate) fn request() -> Attributes {
    named([
        ("id", text("The id of the request.")),
        ("limit_type", text("The limit that it is about.")),
        ("current_limit", number("What the limit is.")),
        ("requested_limit", number("What the limit shall become.")),
        ("reason", text("The reason that was given.")),
    ])
}
