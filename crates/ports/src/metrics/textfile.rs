//! Figures in a file, for runs without a server.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

use super::Metrics;

impl Metrics {
    /// Writes everything into a file, as node_exporter's textfile collector reads it (the name should end in `.prom`). A
    /// reader sees the old figures or the new ones, never half of them.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write_textfile(&self, path: &Path) -> io::Result<()> {
        let Some(name) = path.file_name() else { return Err(io::ErrorKind::InvalidInput.into()) };
        // Hidden, so that no collector takes it for figures; one name for each process.
        let unfinished = path.with_file_name(format!(".{}.{}", name.to_string_lossy(), std::process::id()));
        let written = File::create(&unfinished)
            .and_then(|mut file| file.write_all(self.render().as_bytes()))
            .and_then(|()| fs::rename(&unfinished, path));
        if written.is_err() {
            let _ = fs::remove_file(&unfinished);
        }
        written
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_replaced_as_a_whole() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("customs.prom");
        let metrics = Metrics::new().unwrap();
        for count in 1..=2 {
            metrics.signature();
            metrics.write_textfile(&path).unwrap();
            let text = fs::read_to_string(&path).unwrap();
            assert!(text.contains(&format!("customs_signatures_total {count}\n")) && text.ends_with('\n'));
        }
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
        assert!(metrics.write_textfile(&dir.path().join("none/customs.prom")).is_err());
        assert!(metrics.write_textfile(Path::new("/")).is_err());
    }
}
