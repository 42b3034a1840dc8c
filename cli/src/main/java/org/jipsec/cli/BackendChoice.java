package org.jipsec.cli;

/// What `--backend` names.
enum BackendChoice {
    AUTO("auto"),
    USERSPACE("userspace"),
    PFKEY("pfkey"),
    XFRM("xfrm");

    private final String word;

    BackendChoice(String word) {
        this.word = word;
    }

    static BackendChoice of(String word) throws UsageException {
        for (BackendChoice choice : values()) {
            if (choice.word.equals(word)) {
                return choice;
            }
        }
        throw new UsageException("no backend " + word + ": auto, userspace, pfkey or xfrm");
    }

    String word() {
        return word;
    }
}
