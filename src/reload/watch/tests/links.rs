//! Manifests that are reached through symbolic links.

use super::*;
use std::os::unix::fs::symlink;

#[test]
fn a_config_map() {
    let mut generation = 0;
    let mut publish = |folder: &Path, text: &str| {
        generation += 1;
        let new = format!("..ts{generation}");
        fs::create_dir(folder.join(&new)).unwrap();
        fs::write(folder.join(&new).join("gateway.yaml"), text).unwrap();
        symlink(&new, folder.join("..data_tmp")).unwrap();
        fs::rename(folder.join("..data_tmp"), folder.join("..data")).unwrap();
        if generation > 1 {
            let old = folder.join(format!("..ts{}", generation - 1));
            fs::remove_dir_all(old).unwrap();
        }
    };
    let desk = Desk::new(|folder| {
        publish(folder, "zero");
        symlink("..data/gateway.yaml", folder.join("gateway.yaml")).unwrap();
        folder.join("gateway.yaml")
    });
    desk.edits(|desk, text| publish(&desk.folder, text));
}

#[test]
fn a_target_in_another_folder_written_in_place() {
    let desk = Desk::new(|folder| {
        let elsewhere = folder.with_extension("elsewhere");
        fs::create_dir(&elsewhere).unwrap();
        symlink(plain(&elsewhere), folder.join("gateway.yaml")).unwrap();
        folder.join("gateway.yaml")
    });
    let target = fs::read_link(&desk.file).unwrap();
    desk.edits(|_, text| fs::write(&target, text).unwrap());
}

#[test]
fn a_link_put_to_another_file() {
    let mut generation = 0;
    let mut publish = |folder: &Path, text: &str| {
        generation += 1;
        let other = folder.with_extension(generation.to_string());
        fs::write(&other, text).unwrap();
        symlink(&other, folder.join("new")).unwrap();
        fs::rename(folder.join("new"), folder.join("gateway.yaml")).unwrap();
    };
    let desk = Desk::new(|folder| {
        publish(folder, "zero");
        folder.join("gateway.yaml")
    });
    desk.edits(|desk, text| publish(&desk.folder, text));
}
