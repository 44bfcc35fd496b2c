//! The operations that meet the faults: each as a configuration before and one after, and its own
//! request.

use hostup_mock_api::Fault;
use serde_json::Value;

use super::nouns::Noun;
use crate::resources;
use crate::world::World;

/// What is in the account before an operation.
#[derive(Debug)]
pub(crate) struct Seeds {
    /// A pool that Terraform does not manage, for operations on routes.
    pub(crate) pool: Option<String>,
    /// The id of a private network that Terraform does not manage, for operations on interfaces.
    pub(crate) network: Option<String>,
    /// The server that a route leads to.
    pub(crate) web: String,
    /// The server that a route moves to.
    pub(crate) spare: String,
    /// The server of the routes of another process, for operations on routes.
    pub(crate) third: Option<String>,
}

/// What an operation does to its object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    Create,
    Read,
    Move,
    Delete,
}

/// One row of the matrix.
#[derive(Clone, Copy, Debug)]
pub(super) struct Operation {
    pub(super) verb: Verb,
    pub(super) noun: Noun,
}

/// Returns every row: each verb of each noun.
pub(super) fn all() -> Vec<Operation> {
    [Verb::Create, Verb::Read, Verb::Move, Verb::Delete]
        .into_iter()
        .flat_map(|verb| resources::FAULTS.map(|noun| Operation { verb, noun }))
        .filter(|operation| operation.verb != Verb::Move || operation.noun.is_route)
        .collect()
}

impl Operation {
    /// Returns the name of the row, such as `create routed_ipv6_pool`.
    pub(super) fn name(self) -> String {
        let verb = match self.verb {
            Verb::Create => "create",
            Verb::Read => "read",
            Verb::Move => "move",
            Verb::Delete => "delete",
        };
        format!(
            "{verb} {}",
            self.noun.resource.trim_start_matches("hostup_")
        )
    }

    /// Seeds the account.
    pub(super) fn seed(self, world: &mut World) -> Seeds {
        let of_a_route = self.noun.is_route;
        Seeds {
            pool: of_a_route.then(|| world.foreign_pool()),
            network: self
                .noun
                .posts_deletes
                .then(|| world.foreign_network("backend", None)),
            third: of_a_route.then(|| world.mock.add_vps("third-01")),
            web: world.mock.add_vps("web-01"),
            spare: world.mock.add_vps("spare-01"),
        }
    }

    /// Returns the configuration before the operation; none before a create.
    pub(super) fn before(self, seeds: &Seeds) -> Option<String> {
        (self.verb != Verb::Create).then(|| self.resource(seeds, &seeds.web))
    }

    /// Returns the configuration of the operation. That of a read is the one before.
    pub(super) fn after(self, seeds: &Seeds) -> String {
        match self.verb {
            Verb::Create | Verb::Read => self.resource(seeds, &seeds.web),
            Verb::Move => self.resource(seeds, &seeds.spare),
            Verb::Delete => String::new(),
        }
    }

    /// Returns a fault for the operation's own request. That of a move is its create.
    pub(super) fn request(self) -> Fault {
        let [create, read, delete] = (self.noun.requests)();
        match self.verb {
            Verb::Create | Verb::Move => create,
            Verb::Read => read,
            Verb::Delete => delete,
        }
    }

    /// Returns a fault for a read of the object.
    pub(super) fn read(self) -> Fault {
        let [_, read, _] = (self.noun.requests)();
        read
    }

    /// Returns a fault for a delete of the object.
    pub(super) fn delete(self) -> Fault {
        let [_, _, delete] = (self.noun.requests)();
        delete
    }

    /// Returns the objects of this noun in the account.
    pub(super) fn objects(self, world: &World) -> Vec<Value> {
        (self.noun.objects)(world)
    }

    /// Returns how many objects there must be in the end.
    pub(super) fn left(self) -> usize {
        usize::from(self.verb != Verb::Delete)
    }

    fn resource(self, seeds: &Seeds, vps: &str) -> String {
        let update = if self.noun.is_route {
            "update = \"12s\", "
        } else {
            ""
        };
        format!(
            "resource \"{}\" \"it\" {{\n  {}\n  timeouts = {{ create = \"12s\", read = \"12s\", \
             {update}delete = \"12s\" }}\n}}\n",
            self.noun.resource,
            (self.noun.arguments)(seeds, vps)
        )
    }
}
