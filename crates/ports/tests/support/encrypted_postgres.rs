//! A PostgreSQL server of a test's own that takes nothing in the clear.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::private_postgres::PrivatePostgres;

/// A server with a certificate for 127.0.0.1, which an authority of its own has issued: `ca.pem` in its folder. Another
/// authority is `other.pem`.
pub struct EncryptedPostgres {
    pub server: PrivatePostgres,
    /// The address of a database there, without what is asked of the connection.
    pub address: String,
}

/// What `openssl ca` wants to know before it issues a certificate for a time of one's choice.
const AUTHORITY: &str = "[ca]\ndefault_ca = own\n[own]\ndatabase = issued\nnew_certs_dir = .\ndefault_md = sha256\nrand_serial = yes\n\
    unique_subject = no\npolicy = any\n[any]\ncommonName = supplied\n";

fn openssl(folder: &Path, arguments: &str) {
    let ran = Command::new("openssl").args(arguments.split(' ')).current_dir(folder).output().unwrap();
    assert!(ran.status.success(), "{arguments}: {}", String::from_utf8_lossy(&ran.stderr));
}

impl EncryptedPostgres {
    pub fn start() -> Self {
        let server = PrivatePostgres::start();
        let address = server.database();
        let folder = server.folder();
        for authority in ["ca", "other"] {
            openssl(
                folder,
                &format!(
                    "req -x509 -newkey rsa:2048 -nodes -keyout {authority}.key -out {authority}.pem -days 2 -subj /CN={authority}"
                ),
            );
        }
        openssl(folder, "req -newkey rsa:2048 -nodes -keyout server.key -out server.csr -subj /CN=database");
        fs::write(folder.join("names"), "subjectAltName = IP:127.0.0.1\n").unwrap();
        fs::write(folder.join("ca.conf"), AUTHORITY).unwrap();
        fs::write(folder.join("issued"), "").unwrap();
        server.own("server.key");
        let place = folder.display();
        let settings =
            format!("ssl = on\nssl_cert_file = '{place}/server.pem'\nssl_key_file = '{place}/server.key'\n");
        server.configure("postgresql.conf", |before| before + &settings);
        server.configure("pg_hba.conf", |_| "hostssl all all 127.0.0.1/32 trust\n".to_owned());
        let address = address.split_once('?').map_or(address.as_str(), |(address, _)| address).to_owned();
        let own = Self { server, address };
        own.is_certified("20200101000000Z", "20980201000000Z");
        own
    }

    /// Gives the server a certificate for this time, and starts it with that.
    pub fn is_certified(&self, from: &str, until: &str) {
        let folder = self.server.folder();
        openssl(
            folder,
            &format!(
                "ca -batch -notext -config ca.conf -cert ca.pem -keyfile ca.key -in server.csr \
                 -startdate {from} -enddate {until} -extfile names -out server.pem"
            ),
        );
        self.server.own("server.pem");
        self.server.down("fast");
        self.server.up();
    }

    /// The address, with a connection that is encrypted, to this server only.
    pub fn verified(&self) -> String {
        let authority = self.server.folder().join("ca.pem");
        format!("{}?sslmode=verify-full&sslrootcert={}", self.address, authority.display())
    }
}
