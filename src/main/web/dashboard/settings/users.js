import { html, nothing } from "lit";
import { icon } from "../../shared/icons.js";
import { LANGUAGES } from "../../shared/i18n.js";
import { briefTime } from "../../shared/time.js";
import { avatar } from "../common.js";
import { desk } from "../desk.js";
import { prefs, t } from "../prefs.js";
import { head } from "../settings-head.js";
import { call } from "./api.js";
import { path } from "./draft.js";
import { check, copyable, group, selectField, textField, toggled } from "./form.js";
import { itemOf, keep, roleName, sorted, STAFF_ROLES } from "./items.js";
import { chip, emptyState, fromFile, ItemsPage, refused, skeletons } from "./page.js";

const LOOK_MS = 30_000;

/** Who works here: invited, changed, suspended and removed. */
class Users extends ItemsPage {
  kind = "user";
  /** What an invitation gave where no mail could be sent; null: nothing to show. */
  invited = null;
  /** The person whose sessions are shown; null: nobody's. */
  signedIn = null;
  /** How people can sign in, by id: `{password, secondFactor, provider}`. */
  ways = new Map();

  connectedCallback() {
    super.connectedCallback();
    this.look();
    this.tick = setInterval(() => this.look(), LOOK_MS);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.tick);
  }

  /** How somebody signs in is no item: it is asked for. */
  async look() {
    if (document.visibilityState === "hidden") return;
    try {
      const { users } = await call("GET", "/users");
      this.ways = new Map(users.map((user) => [user.id, user]));
      this.requestUpdate();
    } catch {
      // The list does without it.
    }
  }

  /** Somebody who was let in and has not come yet. */
  waits({ id, email, suspended }) {
    const way = this.ways.get(id);
    return Boolean(way && email && !suspended && !way.password && !way.provider);
  }

  blank() {
    return { name: "", email: "", roles: ["agent"], teams: [], language: prefs.language };
  }

  text({ name, email = "", roles = [] }) {
    return `${name} ${email} ${roles.map(roleName).join(" ")}`;
  }

  page() {
    return html`${head(t("settings.users"), t("users.text"), this.newButton(t("users.invite")))}
      ${this.list(emptyState("user", t("users.empty"), t("users.emptyText")))}
      ${this.editor()}${this.invitation()}${this.sessions()}`;
  }

  row(user) {
    const { id, name, email, roles = [], teams = [] } = user;
    const me = id === desk.session.agent.id;
    return html`${avatar(name, id)}
      <div class="entry-main">${this.opener(user, html`${name}${me ? html` <span class="muted">(${t("you").toLowerCase()})</span>` : nothing}`)}
        <span class="entry-sub">${email ?? t("users.noMail")}</span></div>
      <div class="chips">${roles.map((role) => chip(roleName(role)))}${teams.map((team) => chip(itemOf("team", team)?.name ?? team, "outline"))}${fromFile(user)}</div>
      ${this.state(user)}${this.menu(id, name, this.acts(user, me))}`;
  }

  state(user) {
    const state = user.suspended ? "suspended" : this.waits(user) ? "invited" : "active";
    return html`<span class="status-word" data-state=${state}><i aria-hidden="true"></i>${t(`users.${state}`)}</span>`;
  }

  acts(user, me) {
    const { id, name, suspended } = user;
    const acts = [{ id: "edit", icon: "edit", name: t("edit"), run: () => this.edit(user) }];
    if (this.waits(user))
      acts.push({ id: "again", icon: "mail", name: t("users.again"), run: () => this.again(user) });
    acts.push({ id: "sessions", icon: "phone", name: t("users.sessions"), run: () => this.showSessions(user) });
    if (this.ways.get(id)?.secondFactor !== false) acts.push(this.withoutFactor(user));
    if (me) return acts;
    acts.push(
      suspended
        ? { id: "suspend", icon: "undo", name: t("users.reactivate"), run: () => this.suspend(user, false) }
        : {
            id: "suspend",
            icon: "pause",
            name: t("users.suspend"),
            bad: true,
            run: () =>
              this.ask({
                title: t("users.suspendTitle", { name }),
                text: t("users.suspendText"),
                action: t("users.suspend"),
                run: () => this.write(user, true),
              }),
          },
      { id: "remove", icon: "bin", name: t("users.remove"), bad: true, run: () => this.takeAway(user) },
    );
    return acts;
  }

  withoutFactor({ id, name }) {
    return {
      id: "factor",
      icon: "key",
      name: t("users.factor"),
      run: () =>
        this.ask({
          title: t("users.factorTitle", { name }),
          text: t("users.factorText"),
          action: t("users.factorAct"),
          run: async () => {
            await call("DELETE", `/users/${encodeURIComponent(id)}/second-factor`);
            desk.toast(t("users.factorToast", { name }));
            this.look();
          },
        }),
    };
  }

  removeText() {
    return t("users.removeText");
  }

  async write(user, suspended) {
    const { rev, ...rest } = itemOf("user", user.id) ?? user;
    const saved = await call("PUT", path("user", user.id), { body: { ...rest, suspended }, match: rev });
    keep(saved);
    desk.toast(t(suspended ? "users.suspendedToast" : "users.reactivatedToast", { name: user.name }));
  }

  suspend(user, on) {
    return this.act(() => this.write(user, on));
  }

  heading(draft) {
    return draft.isNew ? t("users.inviteTitle") : draft.base.name;
  }

  saveWord(draft) {
    return draft.isNew ? t("users.send") : t("save");
  }

  form(draft) {
    const { value } = draft;
    const own = sorted("role");
    const teams = sorted("team");
    const me = !draft.isNew && draft.base.id === desk.session.agent.id;
    return html`
      ${textField({ id: "user-email", label: t("users.email"), type: "email", value: value.email, required: draft.isNew, plain: true, max: 254, hint: draft.isNew ? t("users.emailHint") : t("users.emailChange"), change: (email) => draft.set("email", email) })}
      ${textField({ id: "user-name", label: t("name"), value: value.name, required: true, max: 100, change: (name) => draft.set("name", name) })}
      ${group(
        t("users.roles"),
        html`<div class="choices">${[...STAFF_ROLES, ...own.map(({ id }) => id)].map((role) =>
          check({
            name: roleName(role),
            text: STAFF_ROLES.includes(role) ? t(`role.${role}.text`) : t("users.ownRole", { n: itemOf("role", role)?.acts?.length ?? 0 }),
            checked: value.roles?.includes(role),
            change: (on) => draft.set("roles", toggled(value.roles ?? [], role, on)),
          }),
        )}</div>`,
        { error: value.roles?.length ? "" : t("users.noRole"), hint: me ? t("users.ownHint") : "" },
      )}
      ${group(
        t("users.teams"),
        teams.length
          ? html`<div class="choices">${teams.map((team) =>
              check({
                name: team.name,
                checked: value.teams?.includes(team.id),
                change: (on) => draft.set("teams", toggled(value.teams ?? [], team.id, on)),
              }),
            )}</div>`
          : nothing,
        { hint: t(teams.length ? "users.teamsHint" : "users.noTeams") },
      )}
      ${selectField({ id: "user-language", label: t("users.language"), value: value.language ?? "", options: [...(value.language ? [] : [["", t("users.languageOpen")]]), ...Object.entries(LANGUAGES)], hint: t("users.languageHint"), change: (language) => draft.set("language", language || undefined) })}`;
  }

  save(draft) {
    const { name, email, roles, teams, language } = draft.value;
    if (!draft.isNew) {
      const value = { ...draft.value, email: email?.trim() || undefined };
      return draft.put(draft.base.id, this.body(value, draft.base.id));
    }
    return draft.run(() =>
      call("POST", "/invitations", { body: { email: email.trim(), name: name.trim(), roles, teams, language } }),
    );
  }

  kept(saved, draft) {
    if (!draft.isNew) super.kept(saved, draft);
    else if (saved?.user?.rev) super.kept(saved.user, draft);
  }

  done(draft, saved) {
    if (!draft.isNew) return super.done(draft);
    this.given(saved, draft.value.name);
    return true;
  }

  given(answer, name) {
    this.look();
    if (answer?.link) this.invited = { name, link: new URL(answer.link, location.href).href };
    else desk.toast(t("users.sentToast", { name }));
    this.requestUpdate();
  }

  async again(user) {
    const answer = await this.act(() => call("POST", `/invitations/${encodeURIComponent(user.id)}`));
    if (answer !== undefined) this.given(answer, user.name);
  }

  /** Without mail the link is given to the person by hand. */
  invitation() {
    if (!this.invited) return nothing;
    const { name, link } = this.invited;
    return html`<dialog class="sheet" aria-labelledby="link-title" @close=${() => this.closed("invited")}>
      <header class="dialog-head"><h2 id="link-title">${t("users.linkTitle", { name })}</h2></header>
      <div class="dialog-body"><p>${t("users.linkText")}</p>${copyable(link, t("users.link"), { block: true })}</div>
      <footer class="dialog-foot"><button type="button" class="button primary" @click=${(e) => e.target.closest("dialog").close()}>${t("ready")}</button></footer></dialog>`;
  }

  async showSessions(user) {
    const shown = { user, list: null, refusal: null };
    this.signedIn = shown;
    this.requestUpdate();
    try {
      shown.list = (await call("GET", `/users/${encodeURIComponent(user.id)}/sessions`)).sessions;
    } catch (failure) {
      shown.refusal = failure;
    }
    this.requestUpdate();
  }

  sessions() {
    if (!this.signedIn) return nothing;
    const { user, list, refusal } = this.signedIn;
    return html`<dialog class="sheet" aria-labelledby="sessions-title" @close=${() => this.closed("signedIn")}>
      <header class="dialog-head"><h2 id="sessions-title">${t("users.sessionsTitle", { name: user.name })}</h2><button type="button" class="icon-button" aria-label=${t("close")} @click=${(e) => e.target.closest("dialog").close()}>${icon("close")}</button></header>
      <div class="dialog-body">${list === null ? (refusal ? nothing : skeletons(2)) : list.length ? html`<ul class="listing">${list.map((each) => this.session(user, each))}</ul>` : html`<p class="muted">${t("users.noSessions")}</p>`}${refused(refusal)}</div>
      <footer class="dialog-foot"><button type="button" class="button danger" data-testid="sign-out-all" ?disabled=${!list?.length} @click=${() => this.signOut(user)}>${t("users.signOutAll")}</button><span class="spring"></span>
        <button type="button" class="button" @click=${(e) => e.target.closest("dialog").close()}>${t("close")}</button></footer></dialog>`;
  }

  session(user, { id, agent, from, seen, created }) {
    return html`<li class="entry">${icon("globe")}<div class="entry-main"><strong>${browser(agent)}</strong>
      <span class="entry-sub">${[from, t("users.seen", { when: briefTime(prefs.locale, seen ?? created) })].filter(Boolean).join(" · ")}</span></div>
      <button type="button" class="button small" @click=${() => this.signOut(user, id)}>${t("users.signOut")}</button></li>`;
  }

  async signOut(user, session) {
    const at = `/users/${encodeURIComponent(user.id)}/sessions`;
    const done = await this.act(
      () => call("DELETE", session ? `${at}/${encodeURIComponent(session)}` : at),
      t(session ? "users.oneOutToast" : "users.allOutToast", { name: user.name }),
    );
    if (done === undefined || this.signedIn?.user !== user) return;
    this.signedIn.list = session ? this.signedIn.list.filter(({ id }) => id !== session) : [];
    this.requestUpdate();
  }
}

/** A browser's own words in a few of ours. */
function browser(agent = "") {
  const name = [
    ["Edg", "Edge"],
    ["OPR", "Opera"],
    ["Firefox", "Firefox"],
    ["Chrome", "Chrome"],
    ["Safari", "Safari"],
  ].find(([mark]) => agent.includes(mark))?.[1];
  const system = ["Android", "iPhone", "iPad", "Windows", "Mac OS", "Linux"].find((mark) => agent.includes(mark));
  return [name, system].filter(Boolean).join(", ") || t("users.unknownDevice");
}

customElements.define("hilo-users", Users);
