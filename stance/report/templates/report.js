// The report's behaviour: views, filters, deep links, the side panel. It only shows and hides what the page holds, and
// puts text into the panel as text, never as markup.
"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const t = data.t;
  const one = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const form = one(".filters"), table = one(".compare"), panel = one("#panel");
  const rows = all(".compare tbody").map((body) => ({
    body, text: null, contested: body.dataset.contested === "1",
    cells: all(".answers > td", body).map((cell) => ({ cell, entries: all(".entry", cell), veil: one(".veil", cell) })),
  }));
  const wide = !!one(".wide");
  const columns = all(".compare thead th").slice(wide ? 1 : 0);
  const cols = all(".compare col").slice(wide ? 1 : 0);
  const textOf = (row) => row.text ??= row.body.textContent.toLowerCase();
  const narrow = matchMedia("(max-width: 45rem)");
  const first = Math.min(data.page, data.n_new);  // rows that mostly repeat others come after these
  let view = "all", page = first;

  // ---- filters
  const wanted = () => ({
    sources: new Set(all("[name=source]", form).filter((box) => box.checked).map((box) => +box.value)),
    level: +form.elements.level.value, search: form.elements.search.value.trim().toLowerCase(),
    person: form.elements.holder.value, voice: form.elements.voice.value, sign: form.elements.stance.value,
    contested: view === "contested" || form.elements.contested.checked,
  });

  function apply() {
    const f = wanted();
    const narrowed = f.person !== "" || f.voice !== "" || f.sign !== "";
    let hidden = 0, shown = 0;
    columns.forEach((head, n) => { head.hidden = !f.sources.has(n); });
    cols.forEach((col, n) => { col.hidden = !f.sources.has(n); });
    const span = Math.max(1, f.sources.size);
    for (const row of rows) {
      let seen = 0, veiled = 0;
      row.cells.forEach(({ cell, entries, veil }, n) => {
        cell.hidden = !f.sources.has(n);
        let here = 0, weak = 0;
        for (const entry of entries) {
          const d = entry.dataset;
          const sure = +d.level >= f.level;
          const fits = (f.person === "" || d.person === f.person) && (f.voice === "" || d.voice === f.voice) &&
            (f.sign === "" || d.sign === f.sign || (f.sign === "unsure" && d.level === "0"));
          weak += fits && !sure;
          entry.hidden = !(sure && fits && (narrowed || here < data.shown));
          here += sure && fits;
        }
        if (veil) {
          veil.hidden = here > 0;
          veil.textContent = weak ? `${data.glyphs.unsure} ${t.stance.veiled}` : t.stance.filtered;
        }
        if (!cell.hidden && entries.length) {
          seen += here;
          veiled += here === 0 && weak > 0;
        }
      });
      const head = one(".question > th", row.body);
      if (head) head.colSpan = span;
      const match = (!f.contested || row.contested) && (!f.search || textOf(row).includes(f.search)) &&
        (seen > 0 || (!narrowed && veiled > 0));
      row.body.hidden = !match;
      row.body.classList.toggle("later", match && shown >= page);
      row.body.classList.toggle("beyond", match && shown >= data.printed);
      shown += match;
      if ((!f.contested || row.contested)) hidden += veiled;
    }
    one(".hidden-count").textContent = hidden === 0 ? "" :
      `(${(hidden === 1 ? t.filters.one_hidden : t.filters.hidden.replace("{n}", hidden))})`;
    const none = one("#no-rows");
    none.hidden = shown > 0;
    none.textContent = view === "contested" && !rows.some((row) => row.contested) ? t.page.empty_contested : t.page.empty;
    one("#show-more").hidden = shown <= page;
    one("#show-more").textContent = t.page.show_more.replace("{n}", shown - page);
    one("#show-more-note").hidden = shown < rows.length || shown <= page || page < data.n_new;
    one(".print-note").classList.toggle("used", shown > data.printed);
  }

  form.hidden = false;
  if (narrow.matches) one("details", form).open = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("change", () => { page = first; apply(); });
  let typing = 0;
  form.elements.search.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(() => {
      // Somebody who searches means all questions, not only the contested ones.
      if (view === "contested" && form.elements.search.value.trim()) {
        history.replaceState(null, "", "#all");
        show("all");
      } else {
        apply();
      }
    }, 120);
  });
  form.addEventListener("reset", () => setTimeout(apply));
  one("#print").addEventListener("click", () => window.print());
  one("#show-more").addEventListener("click", () => { page += data.page; apply(); });

  // ---- views and deep links
  const links = all("[data-view]");
  const views = new Set(links.map((link) => link.dataset.view));

  function show(name) {
    view = name;
    for (const section of all("main > section")) section.hidden = !section.dataset.views.split(" ").includes(name);
    for (const link of links) {
      if (link.dataset.view === name && link.closest("nav")) {
        link.setAttribute("aria-current", "page");
        const bar = link.closest("nav"), at = link.offsetLeft - bar.offsetLeft;
        if (at < bar.scrollLeft || at + link.offsetWidth > bar.scrollLeft + bar.clientWidth) bar.scrollLeft = at;
      } else link.removeAttribute("aria-current");
    }
    document.body.classList.toggle("lesson", name === "contested" || location.hash.length < 2);
    if (name === "contested" || name === "all") apply();
  }

  function route() {
    const name = decodeURIComponent(location.hash.slice(1));
    const row = rows.find(({ body }) => body.id === name);
    for (const { body } of rows) body.classList.remove("found");
    if (row) {
      form.reset();
      page = Math.max(first, rows.indexOf(row) + 1);
      show("all");
      apply();
      row.body.hidden = false;
      row.body.classList.remove("later");
      row.body.classList.add("found");
      const title = one("h3", row.body), heads = one(".compare thead");
      // The column heads stay at the top and would cover the question.
      const covered = narrow.matches ? 0 : heads.getBoundingClientRect().height;
      title.style.scrollMarginTop = `${covered + 12}px`;
      title.scrollIntoView();
      title.focus({ preventScroll: true });
    } else if (views.has(name)) {
      show(name);
      window.scrollTo(0, 0);
    } else {
      show("all");
    }
  }
  window.addEventListener("hashchange", route);

  // ---- the side panel
  const make = (tag, text, className) => {
    const node = document.createElement(tag);
    if (text !== undefined && text !== null) node.textContent = text;
    if (className) node.className = className;
    return node;
  };
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
  const percent = (p) => `${Math.round(p * 100)} %`;

  function quote(claim, said, language) {
    const block = make("blockquote");
    block.dir = "auto";
    if (language) block.lang = language;
    const signs = Array.from(claim.text);
    const open = /^["“”„«»‘’'「『]/.test(claim.text), closed = /["“”„«»‘「」『』]/.test(claim.text.slice(1));
    const bare = !open || !closed;  // as in_quotes of passages.py has it
    let at = open && !closed ? 1 : 0;
    if (bare) block.append("“");
    for (const [start, end] of [...said.evidence].sort((a, b) => a[0] - b[0])) {
      const from = Math.max(at, start - claim.s), to = end - claim.s;
      if (to <= from) continue;
      block.append(signs.slice(at, from).join(""), make("u", signs.slice(from, to).join("")));
      at = to;
    }
    block.append(signs.slice(at).join(""), bare ? "”" : "");
    return block;
  }

  function passage(claim, home) {
    const box = make("div", null, "passage");
    box.tabIndex = 0;
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", t.panel.in_document);
    if (!home.pieces.length) {
      box.append(make("p", t.panel.no_text));
      return box;
    }
    const near = home.pieces.findIndex(([start, text]) => start + Array.from(text).length > claim.s);
    home.pieces.forEach(([start, text, reason, gap], n) => {
      if (Math.abs(n - near) > 6) return;
      if (gap) box.append(make("p", "…", "reason"));
      const signs = Array.from(text);
      const line = make("p", null, reason ? "cleaned" : "");
      line.dir = "auto";
      const from = Math.max(0, claim.s - start), to = Math.min(signs.length, claim.e - start);
      if (!reason && from < to) {
        line.append(signs.slice(0, from).join(""), make("mark", signs.slice(from, to).join("")), signs.slice(to).join(""));
      } else {
        line.append(text.trim());
      }
      box.append(line);
      if (reason) box.append(make("span", fill(t.panel.cleaned, { reason }), "reason"));
    });
    return box;
  }

  function probabilities(said, row) {
    const table = make("table", null, "plain");
    table.append(make("caption", fill(t.panel.target, { target: row.target })));
    const body = make("tbody");
    for (const [n, p] of said.p.entries()) {
      const stance = data.stances[n];
      const line = make("tr"), head = make("th", `${data.glyphs[stance]} ${t.stance[stance]}`);
      head.scope = "row";
      line.append(head, make("td", percent(p), "num"));
      body.append(line);
    }
    table.append(body);
    return table;
  }

  function differences(claim, said, home) {
    const box = make("div");
    if (said.differs.length) box.append(make("h3", t.conflict.heading));
    for (const [kind, start, end, other, from, to] of said.differs) {
      const theirs = data.claims[other], there = data.documents[theirs.d];
      box.append(make("p", t.conflict[{ number: "numbers", date: "dates", status: "statuses" }[kind]], "aside"));
      for (const [c, span, d] of [[claim, [start, end], home], [theirs, [from, to], there]]) {
        box.append(make("p", d.source, "who"), quote(c, { evidence: [span] }, d.language));
      }
    }
    return box;
  }

  function describe(number, row) {
    const claim = data.claims[number], said = row.said[number], home = data.documents[claim.d];
    const part = make("article", null, "panel-claim piece-claim");
    part.append(make("h3", t.panel.who), make("p", said.who, "who"));
    if (claim.cue && home.pieces.length) {
      const piece = home.pieces.find(([start, text]) => start <= claim.cue[0] && claim.cue[1] <= start + Array.from(text).length);
      if (piece) {
        const words = Array.from(piece[1]).slice(claim.cue[0] - piece[0], claim.cue[1] - piece[0]).join("");
        part.append(make("p", `${t.panel.cue}: “${words}”`, "aside"));
      }
    }
    part.append(quote(claim, said, home.language));
    const label = make("p", null, `label ${said.sign}`);
    const glyph = make("span", data.glyphs[said.sign]);
    glyph.setAttribute("aria-hidden", "true");
    label.append(glyph, ` ${t.stance[said.sign]} `);
    if (said.stance && said.sign === said.stance) label.append(make("span", `${data.bars[said.level]} ${t.confidence[said.level]}`, "sure"));
    part.append(label);
    if (claim.blank) part.append(make("p", t.panel.blank_here, "aside"));
    if (claim.cut) part.append(make("p", t.panel.cut_here, "aside"));
    part.append(differences(claim, said, home));
    part.append(make("h3", t.panel.in_document), passage(claim, home));
    part.append(make("p", fill(t.panel.place, { path: home.path, start: claim.s, end: claim.e }) +
      (home.published ? ` · ${home.published}` : ""), "aside"));
    if (home.url && /^https?:\/\//i.test(home.url)) {
      const link = make("a", home.url);
      link.href = home.url;
      link.rel = "noreferrer noopener";
      const line = make("p", `${t.panel.read}: `, "aside");
      line.append(link);
      part.append(line);
    }
    part.append(make("h3", t.panel.why));
    if (row.why) part.append(make("p", row.why));
    if (typeof said.score === "number") part.append(make("p", fill(t.panel.why_score, { p: percent(said.score) })));
    part.append(make("h3", t.panel.sure));
    if (!said.stance) part.append(make("p", t.panel.abstained));
    if (said.p) part.append(probabilities(said, row));
    if (said.evidence.length) part.append(make("p", t.panel.evidence, "aside"));
    part.append(make("p", fill(t.panel.attribution, { p: percent(claim.conf) })));
    part.append(make("h3", t.panel.wrong), make("p", `${t.panel.wrong_how} (${claim.id})`, "aside"));
    return part;
  }

  function open(button) {
    const body = button.closest("tbody"), cell = button.closest("td");
    const row = data.rows[body.id], first = button.dataset.claim;
    const source = data.documents[data.claims[first].d].source;
    const mine = Object.keys(row.said).filter((n) => data.documents[data.claims[n].d].source === source);
    one("#panel-title").textContent = `${source}: ${row.title}`;
    const order = [first, ...mine.filter((n) => n !== first)];
    one("#panel-body").replaceChildren(...order.map((n) => describe(n, row)));
    panel.returnTo = button;
    panel.showModal();
    panel.scrollTop = 0;
    one("#panel-title").focus();
    for (const mark of all(".passage mark", panel)) {
      const box = mark.closest(".passage");
      box.scrollTop = Math.max(0, mark.offsetTop - box.offsetTop - 60);
    }
  }
  table.addEventListener("click", (event) => {
    const button = event.target.closest("[data-claim]") || one(".entry:not([hidden]) [data-claim]", event.target.closest("td") || document.createElement("i"));
    if (button && !window.getSelection().toString()) open(button);
  });
  one("#panel-close").addEventListener("click", () => panel.close());
  panel.addEventListener("click", (event) => { if (event.target === panel) panel.close(); });
  panel.addEventListener("close", () => panel.returnTo && panel.returnTo.focus());

  route();
})();
