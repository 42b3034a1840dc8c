# Keeps documentation comments ("///") within 100 columns, which google-java-format does not: it
# breaks a longer line and starts the rest with "//", so that the rest is no documentation any more.
# Words that do not fit go to the front of the next line of the paragraph, and such a rest comes back.
# Fenced code, tables and headings stay as they are. A file that changes is written to FILE.reflowed,
# and FILE is printed.

FNR == 1 { finish(); file = FILENAME; count = 0; changed = 0 }
{ lines[++count] = $0 }
END { finish() }

function finish(    i, n, out, fenced, text, next_text, indent) {
    if (!count) {
        return
    }
    # rests come back
    n = 0
    fenced = 0
    for (i = 1; i <= count; i++) {
        if (n && is_doc(out[n]) && is_rest(lines[i], out[n])) {
            text = lines[i]
            sub(/^ *\/\/ /, "", text)
            if (fenced) {
                # in front of a word that it cannot break, the formatter leaves an empty line
                while (out[n] ~ /\/\/\/ *$/) {
                    n--
                }
                lead = lines[i]
                sub(/\/\/.*/, "///     ", lead)
                out[++n] = lead text
            } else {
                out[n] = out[n] " " text
            }
            changed = 1
            continue
        }
        out[++n] = lines[i]
        if (is_doc(lines[i]) && lines[i] ~ /\/\/\/ *```/) {
            fenced = !fenced
        } else if (!is_doc(lines[i])) {
            fenced = 0
        }
    }
    # words that do not fit go down
    fenced = 0
    result = ""
    for (i = 1; i <= n; i++) {
        if (!is_doc(out[i])) {
            fenced = 0
        } else if (out[i] ~ /\/\/\/ *```/) {
            fenced = !fenced
        } else if (!fenced && length(out[i]) > 100 && !is_fixed(out[i])) {
            cut = last_blank(out[i])
            if (cut > 0) {
                text = substr(out[i], cut + 1)
                out[i] = substr(out[i], 1, cut - 1)
                changed = 1
                indent = out[i]
                sub(/\/\/\/.*/, "", indent)
                if (i < n && continues(out[i + 1], indent)) {
                    next_text = out[i + 1]
                    sub(/^ *\/\/\/ */, "", next_text)
                    lead = out[i + 1]
                    sub(/[^ \/].*/, "", lead)
                    out[i + 1] = lead text " " next_text
                } else {
                    for (k = n; k > i; k--) {
                        out[k + 1] = out[k]
                    }
                    n++
                    lead = out[i]
                    if (lead ~ /\/\/\/ +[*-] /) {
                        sub(/[*-] .*/, "  ", lead)
                    } else {
                        sub(/\/\/\/.*/, "/// ", lead)
                    }
                    out[i + 1] = lead text
                }
            }
        }
        result = result out[i] "\n"
    }
    if (changed) {
        printf "%s", result > (file ".reflowed")
        close(file ".reflowed")
        print file
    }
}

function is_doc(line) {
    return line ~ /^ *\/\/\/( |$)/
}

function is_rest(line, before,    mine, theirs) {
    if (line !~ /^ *\/\/ [^ ]/) {
        return 0
    }
    mine = line
    theirs = before
    sub(/\/.*/, "", mine)
    sub(/\/.*/, "", theirs)
    return mine == theirs
}

function is_fixed(line) {
    return line ~ /\/\/\/ *[|#]/
}

# Whether a line goes on with the paragraph of the line before it.
function continues(line, indent,    mine) {
    if (!is_doc(line) || line ~ /\/\/\/ *$/ || line ~ /\/\/\/ *([|#@*-]|```|[0-9]+\.)/) {
        return 0
    }
    mine = line
    sub(/\/\/\/.*/, "", mine)
    return mine == indent
}

function last_blank(line,    at, first) {
    first = match(line, /\/\/\/ *[^ ]/) + RLENGTH
    for (at = 101; at > first; at--) {
        if (substr(line, at, 1) == " ") {
            return at
        }
    }
    return 0
}
