"use strict";
// What the page can do beyond standing there: values under the pointer, figures enlarged and saved, folds opened.
(() => {
  const REACH = 14; // pixels from the pointer to the nearest point
  const SHARP = 3; // pixels of a saved picture for one of the page
  const tip = document.createElement("div");
  tip.className = "tip";
  tip.setAttribute("role", "status");

  const panels = (svg) => (svg.panels ||= JSON.parse(svg.dataset.values || "[]"));

  const place = (svg, event) => {
    const matrix = svg.getScreenCTM();
    return matrix ? new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse()) : null;
  };

  const along = ([log, factor, offset], value) => offset + factor * (log ? Math.log10(value) : value);

  const digits = (value) => {
    const [number, power] = value.toPrecision(4).replace("-", "−").split("e");
    const short = number.includes(".") ? number.replace(/\.?0+$/, "") : number;
    return power ? `${short}×10${power.replace("+", "").replace(/[-\d]/g, (c) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(c)])}` : short;
  };

  const quantity = (label, value) => {
    const found = /^(.*) \(([^()]*)\)$/.exec(label);
    return found ? `${found[1]}: ${digits(value)} ${found[2]}` : `${label}: ${digits(value)}`;
  };

  const nearest = (svg, at, reach) => {
    let best = null;
    let least = reach * reach;
    const folded = svg.classList.contains("folded");
    for (const panel of panels(svg).filter((each) => !folded || each.y !== "residual")) {
      for (const series of panel.series.filter((each) => each.tip)) {
        series.x.forEach((x, index) => {
          const y = series.y[index];
          if (typeof x !== "number" || typeof y !== "number") return;
          const far = (along(panel.at[0], x) - at.x) ** 2 + (along(panel.at[1], y) - at.y) ** 2;
          if (far < least) [best, least] = [[series.n, quantity(panel.x, x), quantity(panel.y, y)], far];
        });
      }
    }
    return best && best.filter((line) => line).join("\n");
  };

  const hover = (svg) => {
    if (!panels(svg).some((panel) => panel.series.some((series) => series.tip))) return;
    svg.addEventListener("pointermove", (event) => {
      const at = place(svg, event);
      const scale = svg.getScreenCTM()?.a || 1;
      const risen = event.target.closest("[data-risen]");
      if (at && risen) at.y += Number(risen.dataset.risen);
      const found = at && nearest(svg, at, REACH / scale);
      tip.hidden = !found;
      if (!found) return;
      tip.textContent = found;
      (svg.closest("dialog") || document.body).append(tip);
      tip.style.left = `${Math.max(4, Math.min(event.clientX + 12, innerWidth - tip.offsetWidth - 4))}px`;
      tip.style.top = `${Math.max(4, event.clientY - tip.offsetHeight - 12)}px`;
    });
    svg.addEventListener("pointerleave", () => { tip.hidden = true; });
  };

  const foot = (group) => {
    const box = group.firstElementChild.getBBox();
    return box.y + box.height;
  };

  // a figure of one row of panels loses its height; panels one above another keep their places
  const fold = (svg, away) => {
    const residuals = [...svg.querySelectorAll('g[id*="-residual-"]')];
    const main = [...svg.querySelectorAll('g[id*="-panel-"]')];
    if (!residuals.length || residuals.length !== main.length) return;
    const whole = svg.dataset.whole || (svg.dataset.whole = svg.getAttribute("viewBox"));
    const [x, y, wide, high] = whole.split(" ").map(Number);
    const up = residuals.map((residual, index) => foot(residual) - foot(main[index]));
    const apart = main.some((panel) => Math.abs(foot(panel) - foot(main[0])) > 1);
    let risen = 0;
    residuals.forEach((residual, index) => {
      if (apart && index) {
        main[index].setAttribute("transform", away ? `translate(0 ${-risen})` : "");
        main[index].dataset.risen = away ? risen : 0;
      }
      risen += apart || !index ? up[index] : 0;
      for (const part of residual.children) {
        if (part.id.includes("-foot-")) part.setAttribute("transform", away ? `translate(0 ${-risen})` : "");
        else part.style.display = away ? "none" : "";
      }
    });
    svg.classList.toggle("folded", away);
    svg.setAttribute("viewBox", away ? `${x} ${y} ${wide} ${high - risen}` : whole);
  };

  const button = (words, act, about) => {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = words;
    if (about) made.setAttribute("aria-label", about);
    made.addEventListener("click", () => act(made));
    return made;
  };

  const zoom = (svg) => {
    const whole = svg.getAttribute("viewBox").split(" ").map(Number);
    let [x, y, wide, high] = whole;
    const show = () => svg.setAttribute("viewBox", `${x} ${y} ${wide} ${high}`);
    const by = (factor, at) => {
      const size = Math.min(Math.max(wide * factor, whole[2] / 40), whole[2]);
      const step = size / wide;
      [x, y, wide, high] = [at.x - (at.x - x) * step, at.y - (at.y - y) * step, size, high * step];
      show();
    };
    const middle = () => ({ x: x + wide / 2, y: y + high / 2 });
    svg.addEventListener("wheel", (event) => {
      event.preventDefault();
      const at = place(svg, event);
      if (at) by(event.deltaY > 0 ? 1.2 : 1 / 1.2, at);
    }, { passive: false });
    svg.addEventListener("pointermove", (event) => {
      if (!(event.buttons & 1)) return;
      const scale = svg.getScreenCTM()?.a || 1;
      [x, y] = [x - event.movementX / scale, y - event.movementY / scale];
      show();
    });
    return [
      button("+", () => by(1 / 1.5, middle())),
      button("−", () => by(1.5, middle())),
      button("whole", () => { [x, y, wide, high] = whole; show(); }),
    ];
  };

  const enlarge = (svg) => {
    const dialog = document.createElement("dialog");
    dialog.setAttribute("aria-label", svg.getAttribute("aria-label"));
    const copy = svg.cloneNode(true);
    copy.removeAttribute("style");
    const tools = document.createElement("div");
    tools.className = "tools";
    tools.append(...zoom(copy), button("close", () => dialog.close()));
    dialog.append(tools, copy);
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    hover(copy);
    dialog.showModal();
  };

  const save = (name, content, type) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };

  const drawing = (svg) => {
    const copy = svg.cloneNode(true);
    for (const name of ["style", "class", "data-values", "data-whole"]) copy.removeAttribute(name);
    const [, , wide, high] = copy.getAttribute("viewBox").split(" ");
    copy.setAttribute("width", `${wide}pt`);
    copy.setAttribute("height", `${high}pt`);
    return new XMLSerializer().serializeToString(copy);
  };

  // The policy of the page lets no picture be loaded, a drawing of its own neither: it is painted path by path.
  const paint = (svg) => {
    const box = svg.getBoundingClientRect();
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(box.width * SHARP);
    canvas.height = Math.round(box.height * SHARP);
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    const page = svg.getScreenCTM().inverse();
    const [, , wide, high] = svg.getAttribute("viewBox").split(" ").map(Number);
    const within = (element) => page.multiply(element.getScreenCTM());
    const to = (matrix) => pen.setTransform(new DOMMatrix([canvas.width / wide, 0, 0, canvas.height / high, 0, 0]).multiply(matrix));
    const outline = (element) => {
      if (element.tagName !== "rect") return new Path2D(element.getAttribute("d") || "");
      const path = new Path2D();
      path.rect(...["x", "y", "width", "height"].map((name) => element[name].baseVal.value));
      return path;
    };
    const target = (reference) => document.getElementById(/#([^")]+)/.exec(reference)?.[1] || "");
    const clips = (element) => {
      for (let part = element; part !== svg; part = part.parentElement) {
        const clip = part.getAttribute("clip-path");
        if (clip) { to(within(part)); pen.clip(outline(target(clip).firstElementChild)); }
      }
    };
    for (const element of svg.querySelectorAll("path, use")) {
      if (element.closest("defs, clipPath") || !element.getClientRects().length) continue;
      const used = element.tagName === "use";
      const shape = used ? target(element.getAttribute("href")) : element;
      if (!shape) continue;
      const look = getComputedStyle(element);
      const own = used ? getComputedStyle(shape) : look;
      pen.save();
      clips(element);
      const matrix = within(element);
      const moved = used ? matrix.translate(element.x.baseVal.value, element.y.baseVal.value) : matrix;
      const turned = used && shape.transform.baseVal.numberOfItems ? shape.transform.baseVal.consolidate().matrix : null;
      to(turned ? moved.multiply(turned) : moved);
      const path = outline(shape);
      const seen = (name) => Number(look.opacity) * Number(look[name]);
      const ink = (name) => (used && own[name] !== look[name] && shape.style[name] ? own[name] : look[name]);
      if (ink("fill") !== "none") {
        [pen.fillStyle, pen.globalAlpha] = [ink("fill"), seen("fillOpacity")];
        pen.fill(path, look.fillRule);
      }
      if (ink("stroke") !== "none") {
        [pen.strokeStyle, pen.globalAlpha, pen.lineWidth] = [ink("stroke"), seen("strokeOpacity"), parseFloat(used && shape.style.strokeWidth ? own.strokeWidth : look.strokeWidth)];
        [pen.lineJoin, pen.lineCap] = [look.strokeLinejoin, look.strokeLinecap];
        pen.setLineDash(look.strokeDasharray === "none" ? [] : look.strokeDasharray.split(",").map(parseFloat));
        pen.stroke(path);
      }
      pen.restore();
    }
    return canvas;
  };

  const table = (svg) => {
    // a text that a spreadsheet would take for a formula begins with an apostrophe; numbers stay numbers
    const text = (value) => (typeof value === "string" && /^[=+\-@\t\r\n＝＋－＠]/.test(value) ? `'${value}` : value);
    const quoted = (value) => (/[",\r\n]/.test(value) ? `"${String(value).replaceAll('"', '""')}"` : value);
    const cell = (value) => (value === null || value === undefined ? "" : quoted(text(value)));
    const rows = [["panel", "series", "x is", "y is", "x", "y", "low", "high"]];
    for (const panel of panels(svg)) {
      for (const series of panel.series) {
        series.x.forEach((x, index) => rows.push([panel.title, series.n, panel.x, panel.y, x, series.y[index], series.lo?.[index], series.hi?.[index]]));
      }
    }
    return rows.map((row) => row.map(cell).join(",")).join("\n") + "\n";
  };

  for (const box of document.querySelectorAll(".drawing")) {
    const svg = box.querySelector("svg");
    const name = box.parentElement.id.replace("figure-", "");
    hover(svg);
    const tools = document.createElement("div");
    tools.className = "tools";
    tools.append(
      button("SVG", () => save(`${name}.svg`, drawing(svg), "image/svg+xml"), `save ${name} as SVG`),
      button("PNG", () => paint(svg).toBlob((blob) => save(`${name}.png`, blob)), `save ${name} as PNG`),
    );
    if (panels(svg).length) tools.append(button("CSV", () => save(`${name}.csv`, table(svg), "text/csv"), `save the values of ${name} as CSV`));
    tools.append(button("enlarge", () => enlarge(svg)));
    if (box.classList.contains("foldable")) {
      tools.append(button("hide residuals", (made) => {
        const away = !svg.classList.contains("folded");
        fold(svg, away);
        made.textContent = away ? "show residuals" : "hide residuals";
      }));
    }
    box.after(tools);
  }

  // a link to a fold, or into one, opens it; what is printed is printed whole
  const reveal = () => {
    const found = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let part = found; part; part = part.parentElement) if (part.tagName === "DETAILS") part.open = true;
    if (found) found.scrollIntoView();
  };
  addEventListener("hashchange", reveal);
  for (const link of document.querySelectorAll(".contents a")) {
    link.addEventListener("click", () => { if (link.hash === location.hash) reveal(); });
  }
  reveal();
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = [...document.querySelectorAll("details:not([open])")];
    for (const part of folded) part.open = true;
  });
  addEventListener("afterprint", () => { for (const part of folded) part.open = false; });
})();
