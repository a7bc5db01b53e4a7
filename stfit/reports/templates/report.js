"use strict";
// What the page can do beyond standing there: values under the pointer, residuals folded away, figures enlarged.
(() => {
  const REACH = 14; // pixels from the pointer to the nearest point
  const tip = document.createElement("div");
  tip.className = "tip";
  tip.setAttribute("role", "status");

  const place = (svg, event) => {
    const matrix = svg.getScreenCTM();
    return matrix ? new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse()) : null;
  };

  const nearest = (points, at, reach) => {
    let best = null;
    let least = reach * reach;
    for (const point of points) {
      const far = (point[0] - at.x) ** 2 + (point[1] - at.y) ** 2;
      if (far < least) [best, least] = [point, far];
    }
    return best;
  };

  const hover = (svg) => {
    const points = JSON.parse(svg.dataset.points || "[]");
    if (!points.length) return;
    svg.addEventListener("pointermove", (event) => {
      const at = place(svg, event);
      const scale = svg.getScreenCTM()?.a || 1;
      const folded = svg.classList.contains("folded") ? svg.viewBox.baseVal.height : Infinity;
      const found = at && at.y < folded ? nearest(points, at, REACH / scale) : null;
      tip.hidden = !found;
      if (!found) return;
      tip.textContent = found[2];
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

  const fold = (svg, away) => {
    const residuals = [...svg.querySelectorAll('g[id*="-residual-"]')];
    const panel = svg.querySelector('g[id*="-panel-"]');
    if (!residuals.length || !panel) return;
    const whole = svg.dataset.whole || (svg.dataset.whole = svg.getAttribute("viewBox"));
    const [x, y, wide, high] = whole.split(" ").map(Number);
    const up = foot(residuals[0]) - foot(panel);
    for (const residual of residuals) {
      for (const part of residual.children) {
        if (part.id.includes("-foot-")) part.setAttribute("transform", away ? `translate(0 ${-up})` : "");
        else part.style.display = away ? "none" : "";
      }
    }
    svg.classList.toggle("folded", away);
    svg.setAttribute("viewBox", away ? `${x} ${y} ${wide} ${high - up}` : whole);
  };

  const button = (words, act) => {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = words;
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

  for (const drawing of document.querySelectorAll(".drawing")) {
    const svg = drawing.querySelector("svg");
    hover(svg);
    const tools = document.createElement("div");
    tools.className = "tools";
    if (drawing.classList.contains("foldable")) {
      tools.append(button("hide residuals", (made) => {
        const away = !svg.classList.contains("folded");
        fold(svg, away);
        made.textContent = away ? "show residuals" : "hide residuals";
      }));
    }
    tools.append(button("enlarge", () => enlarge(svg)));
    drawing.after(tools);
  }
})();
