//! A VPS's interfaces: attaching it to a private /24 and detaching it, one action per call.

use std::net::Ipv4Addr;

use serde_json::{Value, json};

use crate::account::Account;
use crate::body::Fields;
use crate::call::{Answer, Call};
use crate::cidr::V4;
use crate::network::Attachment;
use crate::problem::{FieldError, Refusal};

/// The interface every VPS has.
const PUBLIC_INTERFACE: &str = "net0";

pub(crate) fn get(account: &mut Account, vps_id: &str) -> Result<Answer, Refusal> {
    Ok(Answer::json(200, account.show_interfaces(vps_id)?))
}

pub(crate) fn post(account: &mut Account, vps_id: &str, call: &Call) -> Result<Answer, Refusal> {
    account.vps(vps_id)?;
    let body = call.object()?;
    let action = body
        .get("action")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    let known: &[&str] = match action.as_str() {
        "create_private_interface" => &["action", "subnetId", "ipAddress"],
        "delete_interface" => &["action", "interfaceName"],
        _ => &["action"],
    };
    // Here the documents do say that unknown fields are refused.
    let mut fields = Fields::new(body, known, true);
    match action.as_str() {
        "create_private_interface" => {
            let subnet_id = fields.required_text("subnetId");
            let asked = fields.optional_text("ipAddress").and_then(|text| {
                let address = text.parse::<Ipv4Addr>();
                if address.is_err() {
                    fields.invalid("ipAddress", "`ipAddress` must be an IPv4 address.");
                }
                address.ok()
            });
            fields.finish()?;
            account.create_interface(vps_id, &subnet_id, asked)?;
        }
        "delete_interface" => {
            let name = fields.required_text("interfaceName");
            fields.finish()?;
            account.delete_interface(vps_id, &name)?;
        }
        _ => {
            let detail = "`action` must be create_private_interface or delete_interface.";
            return Err(fields.refuse("action", detail));
        }
    }
    let mut answer = account.show_interfaces(vps_id)?;
    answer["operation"] = account.add_job();
    Ok(Answer::json(202, answer))
}

impl Account {
    fn show_interfaces(&self, vps_id: &str) -> Result<Value, Refusal> {
        let vps = self.vps(vps_id)?;
        let public = match vps.object.get("primaryIp") {
            Value::Null => json!([]),
            address => json!([{
                "id": vps.address_id,
                "type": "ipv4",
                "ip": address,
                "mask": 24,
                "isPrivate": false,
                "subnet": null,
            }]),
        };
        let mut interfaces = vec![json!({
            "id": vps.interface_id,
            "name": PUBLIC_INTERFACE,
            "ip": public,
        })];
        for network in &self.networks {
            let here = network
                .attachments
                .iter()
                .filter(|one| one.vps_id == vps_id);
            interfaces.extend(here.map(|attachment| {
                json!({
                    "id": attachment.interface_id,
                    "name": attachment.interface_name,
                    "ip": [{
                        "id": format!("{}-0", attachment.interface_id),
                        "type": "ipv4",
                        "ip": attachment.address.to_string(),
                        "mask": 24,
                        "isPrivate": true,
                        "subnet": {"parentCidr": network.object.text("parentCidr")},
                    }],
                })
            }));
        }
        Ok(json!({"interfaces": interfaces}))
    }

    /// Attaches a VPS to a subnet, at the address asked for or the first free one from `.10`.
    pub(crate) fn create_interface(
        &mut self,
        vps_id: &str,
        subnet_id: &str,
        asked: Option<Ipv4Addr>,
    ) -> Result<(), Refusal> {
        let id = self.ids.next("nic");
        let name = self.free_interface_name(vps_id);
        let network = self.networks.iter_mut().find(|network| {
            network
                .object
                .list("subnets")
                .any(|subnet| subnet["id"] == subnet_id)
        });
        let network = network.ok_or_else(Refusal::not_found)?;
        let subnet = network
            .object
            .list("subnets")
            .find(|subnet| subnet["id"] == subnet_id);
        let subnet = subnet.cloned().unwrap_or_default();
        if subnet["status"] != "active" {
            return Err(Refusal::conflict(
                "network_not_ready",
                "The subnet is not active.",
            ));
        }
        if network.attachments.iter().any(|one| one.vps_id == vps_id) {
            let detail = "The VPS is attached to this private network already.";
            return Err(Refusal::conflict("already_attached", detail));
        }
        let range = V4::parse(subnet["subnetCidr"].as_str().unwrap_or_default());
        let range = range.map_err(|_| Refusal::not_found())?;
        let free = |address: &Ipv4Addr| {
            subnet["gateway"] != address.to_string()
                && !network
                    .attachments
                    .iter()
                    .any(|one| one.address == *address)
        };
        let address = match asked {
            Some(address) if !range.is_host(address) => {
                let detail = "`ipAddress` must be a host address of the subnet.";
                return Err(FieldError::invalid("ipAddress", detail).into());
            }
            Some(address) => Some(address).filter(free),
            None => (10..255).filter_map(|number| range.host(number)).find(free),
        };
        let address = address.ok_or_else(|| {
            Refusal::conflict("ip_address_in_use", "The address is in use in this subnet.")
        })?;
        network.attachments.push(Attachment {
            vps_id: vps_id.to_owned(),
            address,
            interface_id: id,
            interface_name: name,
        });
        Ok(())
    }

    fn delete_interface(&mut self, vps_id: &str, name: &str) -> Result<(), Refusal> {
        if name == PUBLIC_INTERFACE {
            let detail = "The first interface cannot be deleted.";
            return Err(Refusal::conflict("interface_required", detail));
        }
        for network in &mut self.networks {
            let before = network.attachments.len();
            network
                .attachments
                .retain(|one| one.vps_id != vps_id || one.interface_name != name);
            if network.attachments.len() < before {
                return Ok(());
            }
        }
        Err(Refusal::not_found())
    }

    fn free_interface_name(&self, vps_id: &str) -> String {
        let attachments = self
            .networks
            .iter()
            .flat_map(|network| &network.attachments);
        let here = attachments.filter(|one| one.vps_id == vps_id);
        let taken: Vec<&str> = here.map(|one| one.interface_name.as_str()).collect();
        let names = (1_u32..).map(|number| format!("net{number}"));
        names
            .into_iter()
            .find(|name| !taken.contains(&name.as_str()))
            .unwrap_or_default()
    }
}
