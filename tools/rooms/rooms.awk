# From the graph of the gateway's libraries, as Bazel's genquery writes it, the picture of its rooms
# in Mermaid's language: an arrow from each room to those that it uses. What a room also reaches by
# another one is left out.
function room(label) {
  sub(/^.*"\/\//, "", label)
  sub(/".*$/, "", label)
  sub(/:.*$/, "", label)
  return label
}

# Whether `to` can be reached from `from` otherwise than by the arrow between them.
function by_others(from, to,    next_room) {
  delete seen
  for (next_room in rooms) {
    if ((from, next_room) in uses && next_room != to && reaches(next_room, to)) return 1
  }
  return 0
}
function reaches(from, to,    next_room) {
  if (from == to) return 1
  if (from in seen) return 0
  seen[from] = 1
  for (next_room in rooms) {
    if ((from, next_room) in uses && reaches(next_room, to)) return 1
  }
  return 0
}

# One line can name several targets that have the same arrows: one side of it has one room each.
/ -> / {
  split($0, sides, " -> ")
  from = room(sides[1])
  to = room(sides[2])
  if (from !~ /^server/ || to !~ /^server/) next
  rooms[from] = rooms[to] = 1
  if (from != to) uses[from, to] = 1
}

# As a node: Mermaid's names have no slash.
function node(path,    name, text) {
  name = text = path
  gsub("/", "_", name)
  sub("^server/", "", text)
  return name "[" text "/]"
}

END {
  print "flowchart TD"
  for (from in rooms) {
    for (to in rooms) {
      if ((from, to) in uses && !by_others(from, to)) print "  " node(from) " --> " node(to) | "LC_ALL=C sort"
    }
  }
}
