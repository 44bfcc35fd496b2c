//! A private network: its document, its statuses over time, and how the API shows it.

use std::collections::{BTreeMap, VecDeque};
use std::net::Ipv4Addr;
use std::time::Instant;

use serde_json::{Value, json};

use crate::account::Account;
use crate::cidr::Cidr;
use crate::object::{Calculated, Capability, Object};
use crate::switches::{CanDeleteRule, RegionValue};

/// The number of /24 in a /21.
const MOST_SUBNETS: usize = 8;

/// A private network of the account.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Network {
    pub(crate) object: Object,
    /// The slug that the list's filter matches. `region` may show something else.
    pub(crate) region: String,
    /// The API accepts it and never shows it.
    pub(crate) description: Option<String>,
    pub(crate) reservations: Vec<Reservation>,
    pub(crate) transition: Transition,
    /// When reads start to show it. `None`: at once.
    pub(crate) shows_from: Option<Instant>,
}

/// An address that is not free although no server has it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Reservation {
    pub(crate) address: Ipv4Addr,
    /// The server that had it.
    pub(crate) vps_id: Option<String>,
    /// For this many more reads of the network. `None`: until a test frees it.
    pub(crate) reads: Option<u32>,
}

/// The next statuses. The current one lasts for `reads` more reads.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Transition {
    pub(crate) reads: u32,
    pub(crate) next: VecDeque<(Next, u32)>,
}

/// What comes after a status.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Next {
    Status(String),
    Gone,
}

impl Network {
    /// Sets the status of the network and of its subnets that are not retired.
    pub(crate) fn set_status(&mut self, status: &str) {
        self.object.set("status", status);
        for subnet in self.object.list_mut("subnets") {
            if subnet["status"] != "retired" {
                subnet["status"] = status.into();
            }
        }
    }

    pub(crate) fn retire_subnets(&mut self) {
        for subnet in self.object.list_mut("subnets") {
            subnet["status"] = "retired".into();
        }
    }

    /// Keeps the current status from now on.
    pub(crate) fn keep_status(&mut self) {
        self.transition = Transition::default();
    }

    /// Returns the subnets that are not retired.
    pub(crate) fn subnets(&self) -> impl Iterator<Item = &Value> {
        let subnets = self.object.list("subnets");
        subnets.filter(|subnet| subnet["status"] != "retired")
    }

    /// Returns the subnet that an address lies in.
    pub(crate) fn subnet_of(&self, address: Ipv4Addr) -> Option<&Value> {
        let has = |subnet: &Value| subnet_range(subnet).is_some_and(|one| one.has_host(address));
        self.subnets().find(|subnet| has(subnet))
    }

    pub(crate) fn exists(&self) -> bool {
        self.object.text("status") != "retired"
    }

    pub(crate) fn range(&self) -> Option<Cidr> {
        Cidr::v4(self.object.text("parentCidr")).ok()
    }
}

/// Returns the /24 of a subnet.
pub(crate) fn subnet_range(subnet: &Value) -> Option<Cidr> {
    Cidr::v4(subnet["subnetCidr"].as_str()?).ok()
}

impl Account {
    pub(crate) fn show_network(&self, network: &Network) -> Value {
        let switches = &self.switches;
        let leaving = self.leaving(network).into_iter();
        let attached = self.attached(network).into_iter().chain(leaving);
        let attached = attached.map(|(vps, address)| {
            json!({
                "id": vps.object.id(),
                "name": vps.object.text("name"),
                "primaryIp": address.to_string(),
            })
        });
        let attached: Vec<Value> = attached.collect();
        let region = match switches.region_value {
            RegionValue::RackId => Some("dc1r28"),
            RegionValue::Slug => Some(network.region.as_str()),
            RegionValue::Null => None,
        };
        let living = network.subnets().count();
        let documented = switches.can_delete_rule == CanDeleteRule::Documented;
        let cannot_delete = match network.object.text("status") {
            "deprovisioning" | "retired" => Some("The private network is being deleted."),
            _ => self.cannot_delete(network, documented || switches.strict_network_delete),
        };
        let cannot_add = if self.network_limit_reached() {
            Some("Private network limit reached.")
        } else if network.object.text("status") != "active" {
            Some("The private network is not active.")
        } else {
            (living >= MOST_SUBNETS).then_some("The /21 has no room for another /24.")
        };
        let calculated = Calculated::Value;
        let shown = network.object.show([
            ("region", calculated(json!(region))),
            ("subnetCount", calculated(json!(living))),
            ("attachedVpsCount", calculated(json!(attached.len()))),
            ("attachedVps", calculated(json!(attached))),
            (
                "actions",
                Calculated::Capabilities(BTreeMap::from([
                    ("canDelete", Capability::of(cannot_delete)),
                    ("canAddSubnet", Capability::of(cannot_add)),
                ])),
            ),
        ]);
        let reserved = network.reservations.len();
        if reserved == 0 && switches.interfaces.reserved_reads == 0 {
            return shown.to_value();
        }
        let field = "unusedAddressReservationCount";
        shown.with(field, calculated(json!(reserved))).to_value()
    }

    /// Returns why the API would refuse to delete the network.
    pub(crate) fn cannot_delete(
        &self,
        network: &Network,
        all_retired: bool,
    ) -> Option<&'static str> {
        if all_retired && network.subnets().next().is_some() {
            return Some("Retire all child subnets before deleting.");
        }
        if self.is_attached(network) {
            return Some("Detach all VPSs before deleting.");
        }
        if !network.reservations.is_empty() {
            return Some("Addresses of the private network are still reserved.");
        }
        let provisioning = |status: &Value| status == "provisioning";
        let busy = provisioning(network.object.get("status"))
            || network
                .subnets()
                .any(|subnet| provisioning(&subnet["status"]));
        busy.then_some("The private network is still being provisioned.")
    }

    /// Counts a read of a network. Its status changes after enough reads.
    pub(crate) fn count_read(&mut self, id: &str) {
        let Ok(network) = self.network_mut(id) else {
            return;
        };
        network.reservations.retain_mut(|one| match &mut one.reads {
            Some(0) => false,
            Some(reads) => {
                *reads -= 1;
                true
            }
            None => true,
        });
        if network.transition.next.is_empty() {
            return;
        }
        if network.transition.reads > 0 {
            network.transition.reads -= 1;
            return;
        }
        match network.transition.next.pop_front() {
            Some((Next::Status(status), reads)) => {
                network.set_status(&status);
                // This read is the first one that shows it.
                network.transition.reads = reads.saturating_sub(1);
            }
            Some((Next::Gone, _)) => self.networks.retain(|one| one.object.id() != id),
            None => {}
        }
    }
}
