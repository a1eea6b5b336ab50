//! A server that crashes in the middle, and connections that are cut.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use crate::world::{World, faults};

const ORDERS: u64 = 60;

/// Stands between workers and their server, and cuts what goes through it.
struct Proxy {
    address: SocketAddr,
    open: Arc<Mutex<Vec<TcpStream>>>,
}

impl Proxy {
    fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let open: Arc<Mutex<Vec<TcpStream>>> = Arc::default();
        let kept = Arc::clone(&open);
        // It ends with the test's process.
        thread::spawn(move || {
            for client in listener.incoming() {
                let Ok(client) = client else { return };
                let Ok(server) = TcpStream::connect(("127.0.0.1", port)) else { continue };
                let both = [client.try_clone().unwrap(), server.try_clone().unwrap()];
                kept.lock().unwrap().extend(both);
                let (there, back) = (client.try_clone().unwrap(), server.try_clone().unwrap());
                thread::spawn(move || pass(client, server));
                thread::spawn(move || pass(back, there));
            }
        });
        Self { address, open }
    }

    /// Cuts every connection, wherever it stands.
    fn cut(&self) {
        for stream in self.open.lock().unwrap().drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream) {
    let mut bytes = [0; 16 << 10];
    while let Ok(count @ 1..) = from.read(&mut bytes) {
        if to.write_all(&bytes[..count]).is_err() {
            break;
        }
    }
    let _ = from.shutdown(Shutdown::Both);
    let _ = to.shutdown(Shutdown::Both);
}

#[test]
fn a_server_that_crashes_and_connections_that_are_cut_are_waited_for() {
    let world = World::open(ORDERS, faults(0.0));
    let proxy = Proxy::to(world.server.port());
    let through =
        world.url.replace(&format!(":{}/", world.server.port()), &format!(":{}/", proxy.address.port()));
    let mut workers = [world.worker("a", &through, &[]), world.worker("b", &through, &[])];
    // Whoever cannot even begin says so and ends: whatever has started it starts it again.
    world.wait_for("nobody begins", || world.workers().len() == 2);
    for _ in 0..6 {
        thread::sleep(Duration::from_millis(700));
        proxy.cut();
    }
    thread::sleep(Duration::from_millis(500));
    world.server.down("immediate");
    thread::sleep(Duration::from_secs(1));
    world.server.up();
    world.all_end();
    assert!(workers.iter_mut().all(|worker| worker.is_alive()), "{}{}", world.log("a"), world.log("b"));
    for worker in workers {
        assert_eq!(worker.end(), 0);
    }
    let told = world.log("a") + &world.log("b");
    assert!(told.contains("RUN-STORE"), "{told}");
    world.is_sound();
}
