// The roles that whoever manages members may give: an owner is made by an owner's own role change only.
export const GRANTED = ["moderator", "member", "viewer"] as const;
export type Granted = (typeof GRANTED)[number];
