//! A server's network: reading its interfaces, and changing one interface per request.

use std::net::{IpAddr, Ipv4Addr};

use serde_json::{Map, Value, json};

use crate::account::Account;
use crate::body::Fields;
use crate::call::{Call, Response};
use crate::interfaces::{FIRST_INTERFACE, addresses, private_addresses};
use crate::jobs::{ChangeKind, poll_url};
use crate::network::{Network, subnet_range};
use crate::problem::{FieldError, Refusal};
use crate::switches::{ChangeResponse, RefusedAs, UnknownSubnet};

pub(crate) fn get(account: &mut Account, vps_id: &str) -> Result<Response, Refusal> {
    account.vps(vps_id)?;
    account.count_network_read(vps_id);
    account.as_read(|account| show(account, vps_id))
}

fn show(account: &Account, vps_id: &str) -> Result<Response, Refusal> {
    let vps = account.vps(vps_id)?;
    Ok(Response::json(200, vps.network.show([])))
}

pub(crate) fn post(account: &mut Account, vps_id: &str, call: &Call) -> Result<Response, Refusal> {
    account.vps(vps_id)?;
    let body = call.object()?;
    let kind = match body.get("action").and_then(Value::as_str) {
        Some("create_private_interface") => attach(account, vps_id, body)?,
        Some("delete_interface") => detach(account, vps_id, body)?,
        _ => {
            let detail = "`action` must be create_private_interface or delete_interface.";
            return Err(FieldError::invalid("action", detail).into());
        }
    };
    let job = account.add_change(vps_id, kind);
    respond(account, vps_id, &job)
}

fn attach(
    account: &mut Account,
    vps_id: &str,
    body: Map<String, Value>,
) -> Result<ChangeKind, Refusal> {
    let mut fields = Fields::new(body, &["action", "subnetId", "ipAddress"]);
    let subnet_id = fields.required_text("subnetId");
    let address = address(&mut fields, account.switches.interfaces.address_optional);
    fields.finish()?;
    account.refuse_when_not_ready(vps_id)?;
    let address = account.attachable(vps_id, &subnet_id, address)?;
    let name = account.interface_name(vps_id);
    let interface = account.new_interface(&name, &[IpAddr::V4(address)]);
    Ok(ChangeKind::Attach(interface))
}

fn detach(
    account: &mut Account,
    vps_id: &str,
    body: Map<String, Value>,
) -> Result<ChangeKind, Refusal> {
    let mut fields = Fields::new(body, &["action", "interfaceName"]);
    let name = fields.required_text("interfaceName");
    fields.finish()?;
    account.refuse_when_not_ready(vps_id)?;
    account.detachable(vps_id, &name)?;
    Ok(ChangeKind::Detach(name))
}

fn address(fields: &mut Fields, optional: bool) -> Option<Ipv4Addr> {
    let text = if optional {
        fields.optional_text("ipAddress")?
    } else {
        // `required_text` has noted an error for a missing one.
        Some(fields.required_text("ipAddress")).filter(|text| !text.is_empty())?
    };
    let address = text.parse::<Ipv4Addr>();
    if address.is_err() {
        fields.invalid("ipAddress", "`ipAddress` must be an IPv4 address.");
    }
    address.ok()
}

fn respond(account: &mut Account, vps_id: &str, job: &str) -> Result<Response, Refusal> {
    let response = account.switches.interfaces.response.clone();
    let operation = |id: Option<&str>, poll_url: Option<String>| {
        let operation = json!({"status": "queued", "jobId": id, "pollUrl": poll_url});
        Response::json(202, json!({"operation": operation}))
    };
    Ok(match response {
        ChangeResponse::Operation => operation(Some(job), Some(poll_url(job))),
        ChangeResponse::PollUrl(url) => {
            operation(Some(job), url.map(|url| url.replace("{id}", job)))
        }
        ChangeResponse::NoJob => operation(None, None),
        ChangeResponse::Empty => Response::empty(202),
        ChangeResponse::Done(status) => {
            account.finish_job(job);
            Response::json(status, json!({"success": true}))
        }
        ChangeResponse::Network => {
            account.finish_job(job);
            show(account, vps_id)?
        }
    })
}

impl Account {
    /// Refuses a change while another one is under way, and changes of a stopped server if the
    /// switch says so.
    fn refuse_when_not_ready(&mut self, vps_id: &str) -> Result<(), Refusal> {
        let refuse_stopped = self.switches.interfaces.refuse_stopped;
        if refuse_stopped && self.vps(vps_id)?.object.text("powerState") != "running" {
            return Err(Refusal::conflict(
                "vps_not_ready",
                "The VPS is not running.",
            ));
        }
        if !self.switches.interfaces.queue_changes && self.is_busy(vps_id) {
            let detail = "Another change of this VPS is under way.";
            return Err(Refusal::conflict("vps_not_ready", detail));
        }
        Ok(())
    }

    /// Returns the address at which a server can be attached to a subnet: this one, or the lowest
    /// free one from `.10`.
    pub(crate) fn attachable(
        &self,
        vps_id: &str,
        subnet_id: &str,
        address: Option<Ipv4Addr>,
    ) -> Result<Ipv4Addr, Refusal> {
        let switches = &self.switches.interfaces;
        let mut subnets = self.networks.iter().flat_map(Network::subnets);
        let subnet = subnets.find(|subnet| subnet["id"] == subnet_id);
        let subnet = subnet.ok_or_else(|| match switches.unknown_subnet {
            UnknownSubnet::NotFound => Refusal::not_found(),
            UnknownSubnet::Forbidden => Refusal::forbidden(),
            UnknownSubnet::InvalidRequest => {
                FieldError::invalid("subnetId", "`subnetId` must be a subnet of the account.")
                    .into()
            }
        })?;
        if subnet["status"] != "active" {
            let detail = "The subnet is not active.";
            return Err(match switches.inactive_subnet {
                RefusedAs::Conflict => Refusal::conflict("network_not_ready", detail),
                RefusedAs::InvalidRequest => FieldError::invalid("subnetId", detail).into(),
            });
        }
        let range = subnet_range(subnet).ok_or_else(Refusal::not_found)?;
        let usable = |address: Ipv4Addr| range.has_host(address) && range.host(1) != Some(address);
        if address.is_some_and(|address| !usable(address)) {
            let detail = "`ipAddress` must be one of the subnet's addresses .2 to .254.";
            return Err(FieldError::invalid("ipAddress", detail).into());
        }
        let coming = self.coming_interfaces();
        let coming = coming.filter(|(id, _)| *id == vps_id).map(|(_, one)| one);
        let own = self.vps(vps_id)?.interfaces().chain(coming);
        if !switches.second_in_subnet
            && own
                .flat_map(private_addresses)
                .any(|one| range.has_host(one))
        {
            let detail = "The VPS has an interface in this subnet already.";
            return Err(Refusal::conflict("already_attached", detail));
        }
        let free = |address: &Ipv4Addr| !self.is_taken(*address);
        let found = match address {
            Some(address) => Some(address).filter(free),
            None => (10..255).filter_map(|number| range.host(number)).find(free),
        };
        found.ok_or_else(|| {
            let detail = "The address is in use in this subnet.";
            match switches.taken_address {
                RefusedAs::Conflict => Refusal::conflict("ip_address_in_use", detail),
                RefusedAs::InvalidRequest => FieldError::invalid("ipAddress", detail).into(),
            }
        })
    }

    /// Refuses the detach of an interface that does not exist or has a public address.
    fn detachable(&self, vps_id: &str, name: &str) -> Result<(), Refusal> {
        let interface = self.vps(vps_id)?.interface(name);
        let interface = interface.ok_or_else(Refusal::not_found)?;
        let all_private = addresses(interface).count() == private_addresses(interface).count();
        if name == FIRST_INTERFACE || !all_private {
            let detail = "An interface with a public address cannot be deleted.";
            return Err(Refusal::conflict("interface_required", detail));
        }
        Ok(())
    }
}
