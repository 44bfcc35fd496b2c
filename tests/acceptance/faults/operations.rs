//! What meets the faults: each operation as a configuration before and one after, and the request
//! that is its own.

use hostup_mock_api::Fault;

use crate::scene::{NETWORKS, ONE_NETWORK, ROUTED};
use crate::world::World;

/// What there is in the account before anything happens.
#[derive(Debug)]
pub(super) struct Seeds {
    /// A pool that is not Terraform's, for operations on routes.
    pub(super) pool: Option<String>,
    pub(super) web: String,
    pub(super) spare: String,
    /// A server that somebody else's routes go to, for operations on routes.
    pub(super) third: Option<String>,
}

/// What is done to which kind of object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    Create,
    Read,
    Move,
    Delete,
}

/// Which kind of object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Noun {
    Pool,
    Route,
    Network,
}

/// One row of the matrix.
#[derive(Clone, Copy, Debug)]
pub(super) struct Operation {
    pub(super) name: &'static str,
    pub(super) verb: Verb,
    pub(super) noun: Noun,
}

/// Every row.
pub(super) const ALL: [Operation; 10] = [
    row("allocate_pool", Verb::Create, Noun::Pool),
    row("create_route", Verb::Create, Noun::Route),
    row("create_network", Verb::Create, Noun::Network),
    row("read_pool", Verb::Read, Noun::Pool),
    row("read_route", Verb::Read, Noun::Route),
    row("read_network", Verb::Read, Noun::Network),
    row("re_route", Verb::Move, Noun::Route),
    row("delete_pool", Verb::Delete, Noun::Pool),
    row("delete_route", Verb::Delete, Noun::Route),
    row("delete_network", Verb::Delete, Noun::Network),
];

const fn row(name: &'static str, verb: Verb, noun: Noun) -> Operation {
    Operation { name, verb, noun }
}

impl Operation {
    /// Seeds the account.
    pub(super) fn seed(self, world: &mut World) -> Seeds {
        let of_a_route = self.noun == Noun::Route;
        Seeds {
            pool: of_a_route.then(|| world.foreign_pool()),
            third: of_a_route.then(|| world.mock.add_vps("third-01")),
            web: world.mock.add_vps("web-01"),
            spare: world.mock.add_vps("spare-01"),
        }
    }

    /// The configuration before the operation; nothing before a create.
    pub(super) fn before(self, seeds: &Seeds) -> Option<String> {
        (self.verb != Verb::Create).then(|| self.resource(seeds, &seeds.web))
    }

    /// The configuration that asks for the operation; a read is asked for by no change.
    pub(super) fn after(self, seeds: &Seeds) -> String {
        match self.verb {
            Verb::Create | Verb::Read => self.resource(seeds, &seeds.web),
            Verb::Move => self.resource(seeds, &seeds.spare),
            Verb::Delete => String::new(),
        }
    }

    /// A fault in the way of the operation's own request.
    pub(super) fn request(self) -> Fault {
        match (self.verb, self.noun) {
            (Verb::Create, Noun::Pool) => Fault::on("POST", ROUTED).action("allocate_pool"),
            (Verb::Create | Verb::Move, Noun::Route) => {
                Fault::on("POST", ROUTED).action("create_route")
            }
            (Verb::Create | Verb::Move, _) => Fault::on("POST", NETWORKS),
            (Verb::Read, _) => self.look(),
            (Verb::Delete, Noun::Pool | Noun::Route) => Fault::on("DELETE", ROUTED),
            (Verb::Delete, Noun::Network) => Fault::on("DELETE", NETWORKS),
        }
    }

    /// A fault in the way of a look at the object.
    pub(super) fn look(self) -> Fault {
        match self.noun {
            Noun::Pool | Noun::Route => Fault::on("GET", ROUTED),
            Noun::Network => Fault::on("GET", ONE_NETWORK),
        }
    }

    /// The objects of its kind in the account.
    pub(super) fn objects(self, world: &World) -> Vec<serde_json::Value> {
        match self.noun {
            Noun::Pool => world.mock.pools(),
            Noun::Route => world.mock.routes(),
            Noun::Network => world.mock.networks(),
        }
    }

    /// How many there are to be in the end.
    pub(super) fn left(self) -> usize {
        usize::from(self.verb != Verb::Delete)
    }

    fn resource(self, seeds: &Seeds, vps: &str) -> String {
        match self.noun {
            Noun::Pool => {
                "resource \"hostup_routed_ipv6_pool\" \"it\" {\n  timeouts = { create = \"12s\", read = \"12s\", delete = \"12s\" }\n}\n"
                    .to_owned()
            }
            Noun::Route => format!(
                "resource \"hostup_routed_ipv6_route\" \"it\" {{\n  pool_id = \"{}\"\n  vps_id = \"{vps}\"\n  prefix_length = 64\n  \
                 timeouts = {{ create = \"12s\", read = \"12s\", update = \"12s\", delete = \"12s\" }}\n}}\n",
                seeds.pool.as_deref().unwrap_or_default()
            ),
            Noun::Network => {
                "resource \"hostup_private_network\" \"it\" {\n  name = \"it\"\n  timeouts = { create = \"12s\", read = \"12s\", delete = \"12s\" }\n}\n"
                    .to_owned()
            }
        }
    }
}
