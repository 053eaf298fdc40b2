/** Fields that many of Block Kit's elements share (Slack documentation). */
import { z } from 'zod';
import { actionId, confirm, plainText } from './text.ts';

export const common = { action_id: actionId.optional(), confirm: confirm.optional() };
export const focus = { focus_on_load: z.boolean().optional() };
const placeholder = { placeholder: plainText(150).optional() };
export const menu = { ...common, ...focus, ...placeholder };
export const several = { max_selected_items: z.number().int().min(1).optional() };
export const dispatch = {
  action_id: actionId.optional(),
  ...focus,
  ...placeholder,
  dispatch_action_config: z
    .strictObject({
      trigger_actions_on: z
        .array(z.enum(['on_enter_pressed', 'on_character_entered']))
        .min(1)
        .optional(),
    })
    .optional(),
};
export const label = { accessibility_label: z.string().max(75).optional() };
