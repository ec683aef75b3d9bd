//! Manifests of several files: what is delivered is all of them at one moment, each of them whole.

use super::*;

const MAIN: &str = "include: [fixed.yaml, \"parts/*.yaml\"]\n";

/// A manifest that includes `fixed.yaml` and all of `parts`, where `a.yaml` is; and its guardrails.
fn several(folder: &Path) -> PathBuf {
    fs::create_dir(folder.join("parts")).unwrap();
    fs::write(folder.join("fixed.yaml"), "groups: {}\n").unwrap();
    fs::write(folder.join("parts/a.yaml"), "commands: {}\n").unwrap();
    fs::write(folder.join("guardrails.yaml"), "never: []\n").unwrap();
    let file = folder.join("gateway.yaml");
    fs::write(&file, MAIN).unwrap();
    file
}

impl Desk {
    fn several() -> Self {
        Self::new(several)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    /// Writes a file aside and moves it to its place.
    fn put(&self, name: &str, text: &str) {
        self.write("aside", text);
        fs::rename(self.path("aside"), self.path(name)).unwrap();
    }

    /// The next delivery holds just these files beside the fixed one, the guardrails and the manifest's own.
    #[track_caller]
    fn parts(&self, expected: &[(&str, &str)]) {
        let snapshot = self.snapshot();
        let name = |path: &PathBuf| path.strip_prefix(&self.folder).unwrap().display().to_string();
        let text = |content: &Content| match content {
            Ok(bytes) => String::from_utf8(bytes.clone()).unwrap(),
            Err((code, _)) => code.as_str().to_owned(),
        };
        let files = snapshot.contents.iter().map(|(path, content)| (name(path), text(content)));
        let found: Vec<_> = files.filter(|(name, _)| name.starts_with("parts/")).collect();
        let found: Vec<_> = found.iter().map(|(name, text)| (&name[6..], text.as_str())).collect();
        assert_eq!(found, expected);
    }
}

#[test]
fn an_include_written_in_place_slowly_or_moved_over() {
    let desk = Desk::several();
    desk.edits_of("parts/a.yaml", |desk, text| desk.write("parts/a.yaml", text));
    desk.edits_of("parts/a.yaml", |desk, text| desk.put("parts/a.yaml", text));
    desk.edits_of("fixed.yaml", |desk, text| {
        let mut file = File::create(desk.path("fixed.yaml")).unwrap();
        for piece in text.as_bytes().chunks(3) {
            linger();
            file.write_all(piece).unwrap();
        }
    });
    desk.edits_of("fixed.yaml", |desk, text| {
        File::create(desk.path("fixed.yaml")).unwrap();
        linger();
        desk.write("fixed.yaml", text);
    });
    desk.edits_of("guardrails.yaml", |desk, text| desk.write("guardrails.yaml", text));
}

impl Desk {
    fn edits_of(&self, name: &str, mut edit: impl FnMut(&Self, &str)) {
        let before = fs::read_to_string(self.path(name)).unwrap();
        for text in ["x: 1", "x: second", "x: [third]", before.as_str()] {
            edit(self, text);
            let content = self.snapshot().read(&self.path(name));
            assert_eq!(content.unwrap(), text.as_bytes(), "{name}");
        }
    }
}

#[test]
fn an_include_that_a_glob_finds_comes_and_goes() {
    let desk = Desk::several();
    let a = ("a.yaml", "commands: {}\n");
    desk.write("parts/b.yaml", "b: 1");
    desk.parts(&[a, ("b.yaml", "b: 1")]);
    fs::rename(desk.path("parts/b.yaml"), desk.path("parts/c.yaml")).unwrap();
    desk.parts(&[a, ("c.yaml", "b: 1")]);
    fs::remove_file(desk.path("parts/a.yaml")).unwrap();
    desk.parts(&[("c.yaml", "b: 1")]);
    fs::remove_dir_all(desk.path("parts")).unwrap();
    desk.parts(&[]);
    fs::create_dir(desk.path("parts")).unwrap();
    desk.put("parts/a.yaml", a.1);
    desk.parts(&[a]);
}

#[test]
fn a_new_include_is_taken_when_its_writer_has_ended() {
    let desk = Desk::several();
    let mut file = File::create(desk.path("parts/b.yaml")).unwrap();
    for piece in ["b: ", "[1,", " 2]"] {
        file.write_all(piece.as_bytes()).unwrap();
        linger();
    }
    drop(file);
    desk.parts(&[("a.yaml", "commands: {}\n"), ("b.yaml", "b: [1, 2]")]);
}

#[test]
fn an_include_that_is_deleted_and_created_again_is_never_left_out() {
    let desk = Desk::several();
    for text in ["x: 1", "x: 2", "x: 3"] {
        fs::rename(desk.path("parts/a.yaml"), desk.path("parts/a.yaml~")).unwrap();
        desk.write("parts/a.yaml", text);
        desk.parts(&[("a.yaml", text)]);
    }
}

#[test]
fn files_that_change_together_are_delivered_together() {
    let desk = Desk::several();
    for text in ["x: [1]", "x: [2]", "x: [3]"] {
        let names = ["fixed.yaml", "parts/a.yaml", "parts/b.yaml", "guardrails.yaml"];
        let (begin, rest) = text.split_at(4);
        let mut files = names.map(|name| File::create(desk.path(name)).unwrap());
        for part in [begin, rest] {
            for file in &mut files {
                file.write_all(part.as_bytes()).unwrap();
            }
            linger();
        }
        for file in files {
            linger();
            drop(file);
        }
        let snapshot = desk.snapshot();
        for name in names {
            assert_eq!(snapshot.read(&desk.path(name)).unwrap(), text.as_bytes(), "{name}");
        }
    }
}

#[test]
fn an_edit_waits_for_the_file_that_is_still_being_written() {
    let desk = Desk::several();
    let mut file = File::create(desk.path("fixed.yaml")).unwrap();
    file.write_all(b"x: [1,").unwrap();
    for _ in 0..3 {
        linger();
        desk.write("parts/a.yaml", "a: 1");
    }
    file.write_all(b" 2]").unwrap();
    drop(file);
    let snapshot = desk.snapshot();
    assert_eq!(snapshot.read(&desk.path("fixed.yaml")).unwrap(), b"x: [1, 2]");
    assert_eq!(snapshot.read(&desk.path("parts/a.yaml")).unwrap(), b"a: 1");
}

#[test]
fn what_a_new_include_includes_is_followed_too() {
    let desk = Desk::several();
    fs::create_dir_all(desk.path("more/deep")).unwrap();
    desk.write("more/deep/z.yaml", "z: 1");
    desk.write("more/first.yaml", "include: [\"*/z.yaml\", { path: late.yaml, optional: true }]");
    desk.write("gateway.yaml", "include: [more/first.yaml]");
    assert_eq!(desk.snapshot().read(&desk.path("more/deep/z.yaml")).unwrap(), b"z: 1");
    desk.write("more/deep/z.yaml", "z: 2");
    assert_eq!(desk.snapshot().read(&desk.path("more/deep/z.yaml")).unwrap(), b"z: 2");
    desk.write("more/late.yaml", "late: 1");
    assert_eq!(desk.snapshot().read(&desk.path("more/late.yaml")).unwrap(), b"late: 1");
    fs::create_dir(desk.path("more/other")).unwrap();
    linger();
    desk.write("more/other/z.yaml", "z: 3");
    assert_eq!(desk.snapshot().read(&desk.path("more/other/z.yaml")).unwrap(), b"z: 3");
}

#[test]
fn a_missing_include_comes_back() {
    let desk = Desk::several();
    for text in ["x: 1", "x: 2"] {
        fs::remove_file(desk.path("fixed.yaml")).unwrap();
        let snapshot = desk.snapshot();
        assert_eq!(snapshot.matches(&desk.path("fixed.yaml")), Ok(Vec::new()));
        desk.write("fixed.yaml", text);
        assert_eq!(desk.snapshot().read(&desk.path("fixed.yaml")).unwrap(), text.as_bytes());
    }
}

#[test]
fn includes_are_followed_while_the_manifest_is_broken() {
    let desk = Desk::several();
    desk.write("gateway.yaml", "include: [");
    desk.parts(&[]);
    fs::remove_file(desk.path("parts/a.yaml")).unwrap();
    desk.write("gateway.yaml", MAIN);
    desk.write("parts/a.yaml", "x: 1");
    desk.parts(&[("a.yaml", "x: 1")]);
}

#[test]
fn includes_are_followed_without_events() {
    let refused = || notify::Error::new(ErrorKind::MaxFilesWatch);
    let desk = Desk::with(Box::new(move |_| Err(refused())), several);
    desk.write("parts/a.yaml", "x: 1");
    desk.write("parts/b.yaml", "y: 1");
    desk.parts(&[("a.yaml", "x: 1"), ("b.yaml", "y: 1")]);
    fs::remove_file(desk.path("parts/a.yaml")).unwrap();
    desk.parts(&[("b.yaml", "y: 1")]);
    assert_eq!(desk.watch.mode(), WatchMode::Poll);
}

#[test]
fn the_same_contents_are_not_delivered_again() {
    let desk = Desk::several();
    desk.put("parts/a.yaml", "commands: {}\n");
    desk.put("gateway.yaml", MAIN);
    linger();
    desk.write("parts/c.txt", "no include");
    linger();
    desk.write("fixed.yaml", "x: 1");
    assert_eq!(desk.snapshot().read(&desk.path("fixed.yaml")).unwrap(), b"x: 1");
}

#[cfg(unix)]
#[test]
fn a_config_map_of_several_files() {
    use std::os::unix::fs::symlink;
    let publish = |folder: &Path, name: &str, files: &[(&str, &str)]| {
        let new = folder.join(name);
        fs::create_dir_all(new.join("parts")).unwrap();
        fs::write(new.join("gateway.yaml"), "include: [\"parts/*.yaml\"]").unwrap();
        for (file, text) in files {
            fs::write(new.join("parts").join(file), text).unwrap();
        }
        let old = fs::read_link(folder.join("..data"));
        symlink(name, folder.join("..data_tmp")).unwrap();
        fs::rename(folder.join("..data_tmp"), folder.join("..data")).unwrap();
        if let Ok(old) = old {
            fs::remove_dir_all(folder.join(old)).unwrap();
        }
    };
    let desk = Desk::new(|folder| {
        publish(folder, "..ts0", &[("a.yaml", "x: 0")]);
        for name in ["gateway.yaml", "parts"] {
            symlink(format!("..data/{name}"), folder.join(name)).unwrap();
        }
        folder.join("gateway.yaml")
    });
    let editions: [&[(&str, &str)]; 4] = [
        &[("a.yaml", "x: 1"), ("b.yaml", "y: 1")],
        &[("a.yaml", "x: 2"), ("b.yaml", "y: 2")],
        &[("b.yaml", "y: 3"), ("c.yaml", "z: 3")],
        &[("c.yaml", "z: 4")],
    ];
    for (number, files) in editions.iter().enumerate() {
        publish(&desk.folder, &format!("..ts{}", number + 1), files);
        desk.parts(files);
    }
}
