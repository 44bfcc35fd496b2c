//! The account's methods on the mock's handle. Each call locks the account.

use serde_json::Value;

#[cfg(doc)]
use crate::Account;
use crate::{MockApi, Switches, VpsOptions};

macro_rules! forward {
    ($($name:ident($($argument:ident: $type:ty),*) $(-> $returns:ty)?;)*) => {
        /// The methods of [`Account`].
        impl MockApi {
            $(
                #[doc = concat!("See [`Account::", stringify!($name), "`].")]
                #[track_caller]
                pub fn $name(&self, $($argument: $type),*) $(-> $returns)? {
                    self.shared.lock().account.$name($($argument),*)
                }
            )*
        }
    };
}

forward! {
    configure(change: impl FnOnce(&mut Switches));
    add_key(key: &str, scopes: &[&str]);
    revoke_key(key: &str);
    add_pool() -> String;
    add_route(
        pool_id: &str,
        vps_id: &str,
        prefix: Option<&str>,
        length: u8,
        label: Option<&str>
    ) -> String;
    add_network(name: &str, region: Option<&str>) -> String;
    add_subnet(network_id: &str) -> String;
    add_vps(name: &str) -> String;
    add_vps_with(options: VpsOptions) -> String;
    add_address(vps_id: &str, interface: Option<&str>, address: &str) -> String;
    attach_vps(network_id: &str, vps_id: &str);
    detach_vps(network_id: &str, vps_id: &str);
    move_address(address: &str, from: &str, to: &str);
    remove_address(vps_id: &str, address: &str);
    remove_network(id: &str);
    remove_pool(id: &str);
    remove_route(id: &str);
    remove_vps(id: &str);
    edit_network(id: &str, edit: impl FnOnce(&mut Value));
    edit_payg_limits(edit: impl FnOnce(&mut Value));
    edit_route(id: &str, edit: impl FnOnce(&mut Value));
    edit_vps(id: &str, edit: impl FnOnce(&mut Value));
    edit_vps_network(vps_id: &str, edit: impl FnOnce(&mut Value));
    finish_jobs();
    free_reserved_addresses();
    rename_interface(vps_id: &str, name: &str, new_name: &str);
    reserve_address(address: &str);
    retire_subnets(network_id: &str);
    set_subnet_status(subnet_id: &str, status: &str);
    stop_vps(id: &str);
    networks() -> Vec<Value>;
    network_description(id: &str) -> Option<String>;
    pools() -> Vec<Value>;
    routes() -> Vec<Value>;
    vpses() -> Vec<Value>;
    vps_network(vps_id: &str) -> Value;
    is_empty() -> bool;
}
