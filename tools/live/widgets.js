/* ipywidgets in the page: the project's own models and views, and a manager that speaks to the worker. */
import * as base from "@jupyter-widgets/base";
import * as controls from "@jupyter-widgets/controls";
import { ManagerBase } from "@jupyter-widgets/base-manager";
import { MessageLoop } from "@lumino/messaging";
import { Widget } from "@lumino/widgets";
import * as python from "./python.js";
import { Area, describe, element } from "./outputs.js";

/* Where outputs go that an Output widget has caught: by parent, the innermost last. */
export const caught = new Map();
let pictured = () => {};
export const onPicture = (listener) => { pictured = listener; };

class Comm {
  constructor(id, target = "jupyter.widget") {
    this.comm_id = id;
    this.target_name = target;
    this.handlers = {};
  }
  open() { return ""; }
  #post(kind, data, callbacks, buffers) {
    const id = python.newId();
    if (!python.running()) return id; // its Python has ended
    const content = { comm_id: this.comm_id, target_name: this.target_name, data };
    // "idle" lets a slider send its newest value: of those moved meanwhile, the last wins
    python.ask({ type: "comm", kind, id, content, buffers }).then(() =>
      callbacks?.iopub?.status?.({ header: { msg_type: "status" }, content: { execution_state: "idle" } }));
    return id;
  }
  send(data, callbacks, metadata, buffers) { return this.#post("comm_msg", data, callbacks, buffers); }
  close(data, callbacks) { return this.#post("comm_close", data ?? {}, callbacks); }
  on_msg(handler) { this.handlers.msg = handler; }
  on_close(handler) { this.handlers.close = handler; }
}
const comms = new Map();

class OutputModel extends base.DOMWidgetModel {
  defaults() {
    const module = "@jupyter-widgets/output";
    return { ...super.defaults(), _model_name: "OutputModel", _model_module: module, _view_name: "OutputView", _view_module: module, outputs: [], msg_id: "" };
  }
  initialize(attributes, options) {
    super.initialize(attributes, options);
    const node = element("div", { className: "live-output" });
    this.area = new Area(node, { words: () => describe(node) });
    this.area.onPicture = () => setTimeout(() => pictured(node));
    this.listenTo(this, "change:msg_id", () => {
      const before = this.previous("msg_id");
      if (before) caught.set(before, (caught.get(before) ?? []).filter((area) => area !== this.area));
      const id = this.get("msg_id");
      if (id) caught.set(id, [...(caught.get(id) ?? []), this.area]);
      else this.area.finish(true);
    });
  }
}
class OutputView extends base.DOMWidgetView {
  render() {
    super.render();
    this.el.classList.add("widget-output");
    this.el.append(this.model.area.node);
  }
}

const MODULES = {
  "@jupyter-widgets/base": base,
  "@jupyter-widgets/controls": controls,
  "@jupyter-widgets/output": { OutputModel, OutputView },
};
class Manager extends ManagerBase {
  async loadClass(name, module) {
    const found = MODULES[module]?.[name];
    if (!found) throw new Error(`${name} of ${module} is not on this page`);
    return found;
  }
  async _create_comm(target, id) {
    const comm = new Comm(id, target);
    comms.set(id, comm);
    return comm;
  }
  async _get_comm_info() { return {}; }
}
let manager = new Manager();

/* Show a widget in a node of the page. */
export const show = async (id, node) => {
  const view = await manager.create_view(await manager.get_model(id));
  MessageLoop.sendMessage(view.luminoWidget, Widget.Msg.BeforeAttach);
  node.append(view.el);
  MessageLoop.sendMessage(view.luminoWidget, Widget.Msg.AfterAttach);
};

/* Take a message about a widget from Python. */
export const receive = ({ parent, kind, content, metadata, buffers }) => {
  const message = {
    header: { msg_type: kind }, parent_header: { msg_id: parent }, metadata, content,
    buffers: buffers.map((one) => new DataView(one.buffer ?? one)),
  };
  const { comm_id: id, target_name: target } = content;
  if (kind === "comm_open" && target === "jupyter.widget") {
    const comm = new Comm(id);
    comms.set(id, comm);
    manager.handle_comm_open(comm, message);
  } else if (kind === "comm_msg") comms.get(id)?.handlers.msg?.(message);
  else if (kind === "comm_close") {
    comms.get(id)?.handlers.close?.(message);
    comms.delete(id);
  }
};

/* Forget the widgets of a Python that has ended. */
export const forget = () => {
  comms.clear();
  caught.clear();
  manager = new Manager();
};
